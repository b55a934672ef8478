// <script src=".../tracker.js" data-website="web_...">, then adplanning.track("purchase", {})
(() => {
  const { src, dataset } = document.currentScript, url = src.replace(/tracker\.js.*$/, "batch");
  const PAUSE = 18e5, RETRY = 1e4, CLICK = /^(fb|g|tt)clid$|^msclkid$/;
  let depth, seen, since, timer, busy;

  let store = {}; // where the browser lets us keep nothing, memory will do
  try { store = localStorage; } catch {}
  const read = (key) => JSON.parse(store["adp_" + key] || null);
  const keep = (key, value) => {
    store["adp_" + key] = JSON.stringify(value);
    return value;
  };
  const random = (n) =>
    Array.from(crypto.getRandomValues(new Uint8Array(n)), (b) => b.toString(16).padStart(2, 0)).join("");
  const parameters = (names) =>
    Object.fromEntries([...new URLSearchParams(location.search)].filter(([name, value]) => names.test(name) && value));

  // A visit ends with half an hour of silence, or with the click on another ad.
  const session = () => {
    const now = Date.now(), tags = parameters(/^utm_(source|medium|campaign|term|content)$/);
    const came = JSON.stringify({ ...tags, ...parameters(CLICK) });
    let s = read("session");
    if (!s || now - s.at > PAUSE || (came != "{}" && came != s.came)) s = { id: "s" + random(16), tags, came };
    return keep("session", { ...s, at: now });
  };
  const queued = () => read("queue") || [];
  const queue = (event) => {
    const { id, tags } = session(), visitor_id = read("visitor") || keep("visitor", "v" + random(16));
    const at = new Date(), event_id = (+at).toString(16).padStart(12, 0) + random(8);
    const common = { website_id: dataset.website, visitor_id, session_id: id, event_id, occurred_at: at, ...tags };
    keep("queue", [...queued(), { ...common, ...event }].slice(-200));
    later(500);
  };
  const track = (conversion_type, fields) =>
    queue({ kind: "conversion", pathname: location.pathname, conversion_type, ...fields });

  const later = (ms) => { clearTimeout(timer); timer = setTimeout(send, ms); };
  const done = (sent) => {
    const ids = sent.map((event) => event.event_id);
    keep("queue", queued().filter((event) => !ids.includes(event.event_id)));
  };
  // Text needs no preflight. What is not confirmed stays queued: an event_id counts once.
  const send = (leaving) => {
    const events = queued().slice(0, 20), body = JSON.stringify({ events });
    if (!events[0]) return;
    if (leaving) return navigator.sendBeacon(url, body) && done(events);
    if (busy) return;
    busy = true;
    fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" }).then(({ status, headers }) => {
      if (status == 429 || status > 499) return Math.max(headers.get("Retry-After") * 1e3, RETRY);
      done(events);
      return 0;
    }, () => RETRY).then((pause) => { busy = false; later(pause); });
  };

  const view = () => {
    depth = seen = 0;
    since = Date.now();
    // Click ids only: what else a query holds may be private.
    const page_url = location.origin + location.pathname + "?" + new URLSearchParams(parameters(CLICK));
    queue({ kind: "journey", event_type: "page_view", page_url });
  };
  const scrolled = () => {
    const part = (scrollY + innerHeight) / document.documentElement.scrollHeight, reached = Math.min(4, 4 * part | 0) * 25;
    if (reached > depth) track("scroll_depth", { metadata: { depth: depth = reached } });
  };
  const stay = () => {
    if (!since) return;
    seen += Date.now() - since;
    since = Date.now();
    if (seen > 999) track("time_on_site", { metadata: { seconds: seen / 1e3 | 0 } });
  };
  const leave = () => { stay(); since = 0; send(true); };

  window.adplanning = { track, view };
  addEventListener("scroll", scrolled, { passive: true });
  addEventListener("pagehide", leave);
  addEventListener("popstate", view);
  document.addEventListener("visibilitychange", () => document.hidden ? leave() : since = Date.now());
  setInterval(stay, 3e4);
  view();
})();
