/**
 * Where the person is. It lives in memory only: the address, the title and the browser's history
 * show nothing. History holds bare numbers, so that the phone's back button works.
 */
export type DeskView = 'inbox' | 'reports' | 'map' | 'time' | 'figures' | 'people' | 'health';
export type ReportTab = 'answers' | 'review' | 'history' | 'talk' | 'like';

export type Route =
  /** A coordinator's home has views, and a report may lie open on it. */
  | { name: 'home'; view?: DeskView; report?: string; tab?: ReportTab; field?: string }
  | { name: 'flash' }
  | { name: 'report'; id: string }
  | { name: 'fill'; id: string; at?: string }
  | { name: 'questions' }
  | { name: 'sync' }
  | { name: 'settings' }
  | { name: 'sheets' };

let stack = $state.raw<Route[]>([{ name: 'home' }]);

export function route(): Route {
  return stack.at(-1)!;
}

export function depth(): number {
  return stack.length;
}

export function go(to: Route): void {
  stack = [...stack, to];
  history.pushState(stack.length, '');
}

/** In place of the present screen: a finished form is not gone back to. */
export function replace(to: Route): void {
  stack = [...stack.slice(0, -1), to];
}

export function back(): void {
  if (stack.length > 1) history.back();
}

/** To the first screen, as after locking. */
export function goHome(): void {
  stack = [{ name: 'home' }];
  history.replaceState(1, '');
}

window.addEventListener('popstate', ({ state }) => {
  const wanted = typeof state === 'number' ? state : 1;
  if (wanted < stack.length) stack = stack.slice(0, Math.max(1, wanted));
});
