/** Starts the real core. The generated glue stands in `generated/` once the core has been built. */
import { CoreError } from './error';
import { callThroughRelay } from './relay';
import type { Nudge } from './rpc';
import type { Core, CoreEvent } from './types';

interface Glue {
  default(): Promise<unknown>;
  open(emit: (event: CoreEvent) => void): Promise<Core & { nudge(nudge: Nudge): void }>;
}

const glue = import.meta.glob<Glue>('./generated/core.js');

export async function openWasm(emit: (event: CoreEvent) => void): Promise<{ core: Core; nudge(nudge: Nudge): void }> {
  const load = glue['./generated/core.js'];
  if (!load) throw new CoreError('internal', 'this build has no core');
  const { default: init, open } = await load();
  callThroughRelay(self);
  await init();
  const core = await open(emit);
  return { core, nudge: (nudge) => core.nudge(nudge) };
}
