/**
 * Where the person is. It lives in memory only: the address, the title and the browser's history
 * show nothing. History holds bare numbers, so that the phone's back button works: it leads to the
 * screen before, and within a screen to the step before.
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

/** A screen, or a step within it with what takes it back. */
interface Place {
  route: Route;
  undo?: () => void;
}

let stack = $state.raw<Place[]>([{ route: { name: 'home' } }]);

export function route(): Route {
  return stack.at(-1)!.route;
}

/** The screen that the present one was opened from. */
export function below(): Route | undefined {
  return stack[screenAt() - 1]?.route;
}

/** How many screens lie on each other. */
export function depth(): number {
  return stack.filter(({ undo }) => !undo).length;
}

export function go(to: Route): void {
  push({ route: to });
}

/** Something on the present screen was gone on to; the way back takes it back by `undo`. */
export function goWithin(undo: () => void): void {
  push({ route: route(), undo });
}

/** Where one is, for `dropSteps`. */
export function mark(): number {
  return stack.length;
}

/** Steps of the present screen that lead nowhere any more are not gone back to: all, or those since a mark. */
export function dropSteps(since = screenAt() + 1): void {
  settle(stack.slice(0, Math.max(since, screenAt() + 1)));
}

/** In place of the present screen: a finished form is not gone back to. */
export function replace(to: Route): void {
  settle([...stack.slice(0, screenAt()), { route: to }]);
}

/** Away from the present screen, whatever steps were made on it. */
export function leave(): void {
  if (screenAt() > 0) settle(stack.slice(0, screenAt()));
}

export function back(): void {
  if (stack.length > 1) history.back();
}

/** To the first screen, as after locking. */
export function goHome(): void {
  stack = [{ route: { name: 'home' } }];
  history.replaceState(1, '');
}

function push(place: Place): void {
  stack = [...stack, place];
  history.pushState(stack.length, '');
}

function screenAt(): number {
  return stack.findLastIndex(({ undo }) => !undo);
}

/** History follows when it can. */
function settle(next: Place[]): void {
  const over = stack.length - next.length;
  stack = next;
  if (over > 0) history.go(-over);
}

window.addEventListener('popstate', ({ state }) => {
  const wanted = Math.max(1, typeof state === 'number' ? state : 1);
  // What is left of screens that were dropped, or what was gone back from: it is passed by.
  if (wanted > stack.length) return history.go(stack.length - wanted);
  while (stack.length > wanted) {
    const { undo } = stack.at(-1)!;
    stack = stack.slice(0, -1);
    undo?.();
  }
});
