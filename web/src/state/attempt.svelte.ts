/** Something that may fail, tried by one press at a time. */
import { CoreError } from '../core/error';

export class Attempt {
  busy = $state(false);
  error = $state.raw<CoreError>();

  /** What goes wrong is shown, not thrown. */
  async at(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = undefined;
    try {
      await work();
    } catch (thrown) {
      this.error = CoreError.from(thrown);
    } finally {
      this.busy = false;
    }
  }
}
