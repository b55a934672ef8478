"""Known bots, and browsers that are none."""

from __future__ import annotations

import pytest

from adplanning.tracking.bots import is_bot, is_prefetch

# As their operators document them.
BOTS = """
Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
Mozilla/5.0 (Linux; Android 6.0.1) AppleWebKit/537.36 Chrome/99 Mobile Safari/537.36 (compatible; Googlebot/2.1)
Googlebot-Image/1.0
AdsBot-Google (+http://www.google.com/adsbot.html)
Mediapartners-Google
FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)
GoogleOther
Google-InspectionTool/1.0
Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)
Mozilla/5.0 (Windows NT 6.1) AppleWebKit/534 (KHTML, like Gecko) BingPreview/1.0b
Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)
DuckDuckBot/1.1; (+http://duckduckgo.com/duckduckbot.html)
Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)
Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)
Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)
Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)
facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)
meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)
facebookcatalog/1.0
Twitterbot/1.0
LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)
Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)
Discordbot/2.0
TelegramBot (like TwitterBot)
WhatsApp/2.23.20.0
SkypeUriPreview Preview/0.5
Pinterestbot/1.0
Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)
Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)
Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)
Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot)
Mozilla/5.0 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)
Mozilla/5.0 (compatible; GPTBot/1.2; +https://openai.com/gptbot)
Mozilla/5.0 (compatible; ClaudeBot/1.0; +claudebot@anthropic.com)
CCBot/2.0 (https://commoncrawl.org/faq/)
Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)
Mozilla/5.0 (compatible; Applebot/0.1; +http://www.apple.com/go/applebot)
ia_archiver (+http://www.alexa.com/site/help/webmasters)
Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36
Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1 Safari/538.1
Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/118 Safari/537.36 Playwright/1.40
Mozilla/5.0 (linux) AppleWebKit/537.36 (KHTML, like Gecko) jsdom/22.1.0
Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/109 Safari/537.36 Chrome-Lighthouse
Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)
Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)
Mozilla/5.0 (compatible; StatusCake)
Mozilla/5.0 (compatible; Site24x7)
DatadogSynthetics
Mozilla/5.0 (compatible; Nmap Scripting Engine; https://nmap.org/book/nse.html)
Mozilla/5.0 zgrab/0.x
""".strip().splitlines()

PEOPLE_AND_SHOPS = """
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36
Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15
Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 309.0.0.27
Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 [FBAN/FBIOS;FBAV/441.0.0.24]
Mozilla/5.0 (Linux; Android 13; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Mobile Safari/537.36
Mozilla/5.0 (Linux; Android 11; CUBOT NOTE 20 PRO) AppleWebKit/537.36 Chrome/108.0.0.0 Mobile Safari/537.36
Mozilla/5.0 (X11; Linux x86_64; rv:120.0) Gecko/20100101 Firefox/120.0
Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/119.0.0.0 Safari/537.36 Edg/119.0.0.0
python-requests/2.31.0
curl/8.4.0
axios/1.6.0
""".strip().splitlines()


@pytest.mark.parametrize("user_agent", BOTS)
def test_a_known_bot_is_told(user_agent: str) -> None:
    assert is_bot(user_agent)


@pytest.mark.parametrize("user_agent", [*PEOPLE_AND_SHOPS, ""])
def test_browsers_and_a_shops_own_programs_are_no_bots(user_agent: str) -> None:
    assert not is_bot(user_agent)


@pytest.mark.parametrize("name", ["sec-purpose", "purpose", "x-purpose", "x-moz"])
def test_a_page_fetched_ahead_is_told_by_any_of_its_headers(name: str) -> None:
    assert is_prefetch({name: "prefetch"})
    assert not is_prefetch({name: "navigate"})
