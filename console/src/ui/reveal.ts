/** Brings `element` into the sight of what scrolls around it, by as little as that takes.
 * Not `scrollIntoView`: with that a browser takes the element for where the reader is, and Tab goes on from there. */
export function reveal(element: HTMLElement): void {
  for (let around = element.parentElement; around; around = around.parentElement) {
    if (around.scrollHeight <= around.clientHeight || getComputedStyle(around).overflowY === "visible") continue;
    const [inside, box] = [element.getBoundingClientRect(), around.getBoundingClientRect()];
    const top = box.top + around.clientTop;
    const over = inside.top - top;
    const under = inside.bottom - (top + around.clientHeight);
    // what is taller than the room shows its beginning
    if (over < 0) around.scrollTop += over;
    else if (under > 0) around.scrollTop += Math.min(under, over);
  }
}
