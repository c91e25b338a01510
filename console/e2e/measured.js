/* What a page is measured by, run inside it by examined.py. An expression: an object of functions. */
/* global axe */
(() => {
  const ACTS = ["button", "a[href]", "input:not([type=hidden])", "select", "textarea", "summary", "[role=option]"];
  const MORE = ["[role=slider]", "[role=switch]", "[role=tab]", "[role=checkbox]", "[role=menuitem]"];
  const box = (e) => e.getBoundingClientRect();
  const visible = { checkOpacity: true, checkVisibilityCSS: true };
  const shown = (e) => e.checkVisibility(visible) && box(e).width > 1 && box(e).height > 1;
  const named = (e) => e.outerHTML.replace(/\s+/g, " ").slice(0, 130);
  const unseen = (e) => e.classList.contains("sr") || e.closest(".sr, [inert]") !== null;
  const dialog = () => document.querySelector("dialog[open]");
  const style = (e) => getComputedStyle(e);
  const each = (found) => [...new Set(found)];

  /* WCAG 2.5.8: 24 by 24 CSS pixels, or as much room round the middle in which nothing else is met. A link in a
     sentence is as high as its line. */
  function small() {
    const inSentence = (e) =>
      e.matches("a") && style(e).display === "inline" && e.parentElement.textContent.trim() !== e.textContent.trim();
    const parts = (e) => [e, ...(e.labels ?? [])];
    const large = (e) => parts(e).some((part) => box(part).height >= 23.5 && box(part).width >= 23.5);
    const meets = (e, x, y) => {
      const met = document.elementFromPoint(x, y);
      return met === null || met.contains(e) || parts(e).some((part) => part.contains(met));
    };
    const room = (e) => {
      e.scrollIntoView({ block: "center" });
      const b = box(e);
      const [x, y] = [b.left + b.width / 2, b.top + b.height / 2];
      const round = [[-11.5, 0], [11.5, 0], [0, -11.5], [0, 11.5]];
      return round.every(([dx, dy]) => meets(e, x + dx, y + dy));
    };
    // marks on the map and in the timeline lie where the thing is: see examined.py
    const placed = (e) => e.closest(".marks") !== null || e.classList.contains("ev");
    return [...(dialog() ?? document).querySelectorAll([...ACTS, ...MORE].join())]
      .filter((e) => shown(e) && !unseen(e) && !e.disabled && !placed(e))
      .filter((e) => !inSentence(e) && !large(e) && !room(e))
      .map((e) => `small, ${Math.round(box(e).width)}x${Math.round(box(e).height)}: ${named(e)}`);
  }

  /* WCAG 1.4.4 and 1.4.10: nothing outside the window that cannot be scrolled to, and no page wider than it. */
  function cut() {
    const found = [];
    const root = document.scrollingElement;
    if (!dialog() && root.scrollWidth > innerWidth + 1) {
      const wide = [...document.body.querySelectorAll("*")].filter((e) => shown(e) && box(e).right > innerWidth + 1);
      const guilty = wide.filter((e) => !e.closest(".sr, .map, svg")).slice(-3);
      found.push(`the page is ${root.scrollWidth} wide: ${guilty.map(named).join(" | ")}`);
    }
    for (const e of document.querySelectorAll("main, main .panel, main section")) {
      const flat = box(e).height < 8 || box(e).width < 8;
      if (flat && e.checkVisibility() && e.textContent.trim() && !unseen(e)) found.push(`no room left: ${named(e)}`);
    }
    const heads = ["h1", "h2", "h3"];
    for (const e of (dialog() ?? document).querySelectorAll([...ACTS, ...heads].join())) {
      if (shown(e) && !unseen(e) && !e.closest(".marks")) found.push(...outOf(e));
    }
    return each(found);
  }

  /* What keeps `e` from being scrolled to, looking outwards. */
  function outOf(e) {
    const b = box(e);
    let [across, down] = [false, false];
    for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) {
      const [at, { overflowX, overflowY, position }] = [box(up), style(up)];
      across ||= /auto|scroll/.test(overflowX) && up.scrollWidth > up.clientWidth;
      down ||= /auto|scroll/.test(overflowY) && up.scrollHeight > up.clientHeight;
      const hidden = (overflow) => /hidden|clip/.test(overflow);
      if (!across && hidden(overflowX) && (b.left >= at.right - 4 || b.right <= at.left + 4)) return [`cut off at the side: ${named(e)}`];
      if (!down && hidden(overflowY) && (b.top >= at.bottom - 4 || b.bottom <= at.top + 4)) return [`cut off below: ${named(e)}`];
      const outside = b.bottom > innerHeight + 1 || b.right > innerWidth + 1;
      if (outside && !down && (position === "fixed" || up.matches("dialog"))) return [`outside the window: ${named(e)}`];
    }
    return [];
  }

  /* WCAG 1.4.12: words whose lines are cut through when they are set apart. */
  function split() {
    const own = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    const found = [];
    for (const e of (dialog() ?? document.body).querySelectorAll("*")) {
      if (!own(e) || !shown(e) || unseen(e) || e.closest("svg, .map, option, [aria-hidden=true]")) continue;
      const range = document.createRange();
      range.selectNodeContents(e);
      const words = range.getBoundingClientRect();
      for (let up = e; up && up !== document.body; up = up.parentElement) {
        const { overflowY, webkitLineClamp } = style(up);
        if (/auto|scroll/.test(overflowY) && up.scrollHeight > up.clientHeight) break;
        const hidden = /hidden|clip/.test(overflowY) && webkitLineClamp === "none";
        // what lies above and under the letters may go
        if (hidden && words.bottom > box(up).bottom + 5) {
          found.push(`cut through: ${named(e)}`);
          break;
        }
      }
    }
    return each(found);
  }

  /* The standard's own figures, laid over the page; answers how to take them away again. */
  function setApart() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important } p { margin-bottom: 2em !important }",
    );
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }
  function setBack() {
    document.adoptedStyleSheets = document.adoptedStyleSheets.slice(0, -1);
  }

  /* Notices each half second in which nothing has the focus. */
  function watchFocus() {
    if (window.lostFocus) return;
    window.lostFocus = [];
    let [last, since] = [null, 0];
    // Escape leaves a field on purpose; what it closes must give the focus back
    const left = (e) => e.key === "Escape" && e.target.matches("input, textarea") && !e.target.closest("dialog");
    addEventListener("keydown", (e) => { if (left(e)) last = null; }, true);
    setInterval(() => {
      const at = document.activeElement;
      if (at && at !== document.body) [last, since] = [at.outerHTML.slice(0, 130), 0];
      else if (last && (since += 50) === 500) window.lostFocus.push(last);
    }, 50);
  }

  /* axe's violations and what it could not decide, a row for each element: rule, where, why, what. */
  async function axeFinds([tags, only]) {
    const run = only ? { type: "rule", values: only } : { type: "tag", values: tags };
    // words on the map are drawn with an edge in the ground's colour, which axe takes for their own colour
    const where = dialog() ?? { include: [["html"]], exclude: [[".marks .mark b"]] };
    const found = await axe.run(where, { runOnly: run, resultTypes: ["violations", "incomplete"] });
    const why = (node) => [...node.any, ...node.all, ...node.none].map((check) => check.message).join("; ");
    const rows = (results) => results.flatMap(({ id, nodes }) => nodes.map((node) => [id, node.target.join(" "), why(node), node.html.slice(0, 160)]));
    return { violations: rows(found.violations), incomplete: rows(found.incomplete) };
  }

  return { small, cut, split, setApart, setBack, watchFocus, axeFinds };
})()
