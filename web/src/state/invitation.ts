/** An invitation that the app was opened with. Its secret leaves the address at once. */
let link: string | null = null;

export function takeInvitation(): void {
  if (location.hash.length > 1) link = location.href;
  if (location.hash || location.pathname !== '/') history.replaceState(1, '', '/');
}

/** The link, once. */
export function openedWith(): string | null {
  const found = link;
  link = null;
  return found;
}
