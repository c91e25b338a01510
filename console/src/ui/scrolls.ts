/** A box that scrolls and holds nothing to tab to can be tabbed to itself, else keys would not reach what lies below. */
const STOPS = "a[href], button:not(:disabled), input, select, textarea, summary, [tabindex='0']";

export function scrolls(box: HTMLElement): () => void {
  const look = (): void => {
    if (box.scrollHeight > box.clientHeight + 1 && !box.querySelector(STOPS)) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  };
  const sizes = new ResizeObserver(look);
  const parts = new MutationObserver(() => follow());
  function follow(): void {
    sizes.disconnect();
    sizes.observe(box);
    for (const part of box.children) sizes.observe(part);
  }
  parts.observe(box, { childList: true });
  follow();
  return () => {
    sizes.disconnect();
    parts.disconnect();
  };
}
