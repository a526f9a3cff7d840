/** The dedicated worker that owns the core, its database and its connection. */
import { serve } from './rpc';

serve(self as unknown as DedicatedWorkerGlobalScope, async (emit) => {
  if (import.meta.env.MODE === 'mock' || import.meta.env.DEV) {
    const { openMock } = await import('./mock');
    return openMock(emit);
  }
  const { openWasm } = await import('./wasm');
  return openWasm(emit);
});
