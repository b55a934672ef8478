// <script src=".../tracker.js" data-website="web_...">, then adplanning.track("purchase", {})
(() => {
  const { src, dataset } = document.currentScript, url = src.replace(/tracker\.js.*$/, "batch");
  const CLICK = /^((fb|[gdy]|t[tw])clid|msclkid|[gw]braid|li_fat_id|(rdt_c|ScC)id|epik)$/;
  let depth, seen, since, timer, busy;

  let store = {}; // where nothing may be kept, memory will do
  try { store = localStorage; } catch {}
  const read = (key) => JSON.parse(store["adp_" + key] || null);
  const keep = (key, value) => (store["adp_" + key] = JSON.stringify(value), value);
  const random = (n) =>
    Array.from(crypto.getRandomValues(new Uint8Array(n)), (b) => b.toString(16).padStart(2, 0)).join("");
  const parameters = (names) =>
    Object.fromEntries([...new URLSearchParams(location.search)].filter(([name, value]) => names.test(name) && value));

  // A visit ends with half an hour of silence or another ad.
  const session = () => {
    const now = Date.now(), tags = parameters(/^utm_(source|medium|campaign|term|content)$/);
    const came = JSON.stringify({ ...tags, ...parameters(CLICK) });
    let s = read("session");
    if (!s || now - s.at > 18e5 || (came != "{}" && came != s.came)) s = { id: "s" + random(16), tags, came };
    return keep("session", { ...s, at: now });
  };
  const queued = () => read("queue") || [];
  const queue = (event) => {
    const { id, tags } = session(), visitor_id = read("visitor") || keep("visitor", "v" + random(16));
    const occurred_at = new Date(), event_id = "0" + (+occurred_at).toString(16) + random(8);
    const common = { website_id: dataset.website, visitor_id, session_id: id, event_id, occurred_at };
    keep("queue", [...queued(), { ...common, internal: read("internal"), ...tags, ...event }].slice(-200));
    later(500);
  };
  const track = (conversion_type, fields) =>
    queue({ kind: "conversion", pathname: location.pathname, conversion_type, ...fields });

  const later = (ms) => { clearTimeout(timer); timer = setTimeout(send, ms); };
  const done = (sent) => keep("queue", queued().filter((a) => !sent.some((b) => a.event_id == b.event_id)));
  // Text needs no preflight. What is not confirmed stays queued.
  const send = (leaving) => {
    const events = queued().slice(0, 20), body = JSON.stringify({ events });
    if (!events[0]) return;
    if (leaving) return navigator.sendBeacon(url, body) && done(events);
    if (busy) return;
    busy = 1;
    fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" }).then(({ status, headers }) => {
      if (status == 429 || status > 499) return Math.max(headers.get("Retry-After") * 1e3, 1e4);
      done(events);
    }, () => 1e4).then((pause) => { busy = 0; later(pause || 0); });
  };

  const view = (referrer) => {
    depth = seen = 0;
    since = Date.now();
    // The rest of the query may be private.
    const page_url = location.origin + location.pathname + "?" + new URLSearchParams(parameters(CLICK));
    queue({ kind: "journey", event_type: "page_view", page_url, referrer });
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

  // ?adplanning=internal: from now on not counted; ?adplanning=external: counted again
  const { adplanning } = parameters(/^adplanning$/);
  if (adplanning) keep("internal", adplanning == "internal");
  window.adplanning = { track, view: () => view() };
  addEventListener("scroll", scrolled, { passive: true });
  addEventListener("pagehide", leave);
  addEventListener("popstate", () => view());
  document.addEventListener("visibilitychange", () => document.hidden ? leave() : since = Date.now());
  setInterval(stay, 3e4);
  view(document.referrer.split("?")[0].slice(0, 2e3));
})();
