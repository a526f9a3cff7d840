/** As long as two taps make a double tap, in milliseconds. */
const DOUBLE_TAP_MS = 400;

/** What is asked of a press; a click of a mouse, a finger or a key has it. */
export interface Press {
  readonly detail: number;
  readonly pointerType?: string;
  readonly timeStamp: number;
}

/**
 * Whether a press is the second of a double tap that was meant for what stood there before
 * `shownAt`, in the time of `performance.now()`. Nobody can have read in so short a time what the
 * first tap has brought up. A finger's taps are not counted by every browser, so its time tells.
 */
export function isSecondTap(press: Press, shownAt: number): boolean {
  const isSoon = press.timeStamp - shownAt < DOUBLE_TAP_MS;
  return isSoon && (press.detail > 1 || press.pointerType === 'touch');
}
