/** Arrow keys in a list: moves the focus to the option before or after and presses it. Others keys are left alone. */
export function rove(event: KeyboardEvent): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || !(event.currentTarget instanceof HTMLElement)) return;
  const options = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="option"]')];
  const at = options.findIndex((o) => o === document.activeElement || o.contains(document.activeElement));
  const next = options[Math.min(options.length - 1, Math.max(0, at + by))];
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.click();
}
