/**
 * Focus that would be lost. A control that goes, or is out of work while what it asked for is under way, must not drop
 * its user at the top of the page (WCAG 2.4.3): the focus goes to the nearest surroundings that have a name, and comes
 * back to the control when it works again.
 */
const NAMED = "dialog, main, aside, nav, [role='dialog'], [role='region'], [role='listbox'], [aria-label]:is(section, form, div, ul, table), .panel";
const CHOSEN = "[role='option'][tabindex='0'], [role='option'][aria-selected='true'], [role='option']";

interface Held {
  element: HTMLElement;
  /** innermost first; written down while the element still stands there */
  around: HTMLElement[];
}

export function held(element: Element | null): Held | null {
  if (!(element instanceof HTMLElement) || element === document.body) return null;
  const around: HTMLElement[] = [];
  for (let up = element.parentElement?.closest<HTMLElement>(NAMED); up; up = up.parentElement?.closest<HTMLElement>(NAMED)) around.push(up);
  return { element, around };
}

const works = (element: HTMLElement): boolean => element.isConnected && !element.matches(":disabled") && element.checkVisibility();

function take(element: HTMLElement): boolean {
  const target = element.matches("[role='listbox']") ? (element.querySelector<HTMLElement>(CHOSEN) ?? element) : element;
  if (target.tabIndex < 0 && !target.hasAttribute("tabindex")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
  return document.activeElement === target;
}

/** To the element where it can be had, else to what is left around it. False where nothing is. */
export function goBack(to: Held): boolean {
  if (works(to.element) && take(to.element)) return true;
  const found = [...to.around, document.querySelector<HTMLElement>("main")].find((one) => one?.isConnected && one.checkVisibility() && take(one));
  if (found && to.element.isConnected) whenItWorks(to.element, found);
  return found !== undefined;
}

/** A button that is out of work for the moment in which it is obeyed. */
function whenItWorks(element: HTMLElement, meanwhile: HTMLElement): void {
  const watch = new MutationObserver(() => {
    if (document.activeElement === meanwhile && works(element)) element.focus({ preventScroll: true });
    if (document.activeElement !== meanwhile || !element.isConnected || works(element)) watch.disconnect();
  });
  watch.observe(element, { attributes: true, attributeFilter: ["disabled"] });
}

const AGAIN_MS = 100;

/** Keeps the focus of the whole page, until the answer is called. */
export function keepFocus(): () => void {
  let now: Held | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const watch = new MutationObserver(() => check());

  function look(event: FocusEvent): void {
    now = held(event.target as Element | null);
    watch.disconnect();
    if (now) watch.observe(now.element, { attributes: true, attributeFilter: ["disabled"] });
  }
  function check(moved = false): void {
    clearTimeout(timer);
    if (!now) return;
    const at = document.activeElement;
    const nowhere = at === null || at === document.body;
    if (!nowhere && (at !== now.element || works(now.element))) return;
    // somebody pressed beside it: that is where they want to be
    if (works(now.element) && !moved) now = null;
    // the page that comes next is still on its way
    else if (!goBack(now)) timer = setTimeout(check, AGAIN_MS);
  }
  function gone({ target }: FocusEvent): void {
    if (!(target instanceof Element)) return;
    // a list in another order takes a row out and puts it in again: this is said while it still stands where it was
    const [list, next] = [target.parentElement, target.nextElementSibling];
    requestAnimationFrame(() => check(target.parentElement !== list || target.nextElementSibling !== next));
  }
  const pressed = (): void => check();
  addEventListener("focusin", look);
  addEventListener("focusout", gone);
  // not every browser says so when what has the focus is removed
  addEventListener("keydown", pressed, true);
  return () => {
    removeEventListener("focusin", look);
    removeEventListener("focusout", gone);
    removeEventListener("keydown", pressed, true);
    watch.disconnect();
    clearTimeout(timer);
  };
}
