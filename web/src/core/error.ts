/** All that can go wrong, each a thing that a person or a screen can act on. */
export const ERROR_CODES = [
  'wrong_passphrase',
  'weak_passphrase',
  'no_workspace',
  'workspace_exists',
  'not_allowed',
  'unauthorised',
  'locked',
  'not_found',
  'storage_full',
  'storage_refused',
  'offline',
  'update_needed',
  'device_revoked',
  'approval_pending',
  'invite_invalid',
  'invite_expired',
  'bad_input',
  'busy_elsewhere',
  'server_refused',
  'recovery_invalid',
  'damaged',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** A refusal of the core. The message is for developers: it holds nothing that a person wrote. */
export class CoreError extends Error {
  constructor(
    readonly code: ErrorCode,
    message = '',
  ) {
    super(message || code);
    this.name = 'CoreError';
  }

  /** Whatever was thrown, as one of ours. */
  static from(thrown: unknown): CoreError {
    if (thrown instanceof CoreError) return thrown;
    if (typeof thrown === 'object' && thrown !== null && 'code' in thrown) {
      const { code, message } = thrown as { code: unknown; message?: unknown };
      if (ERROR_CODES.includes(code as ErrorCode)) return new CoreError(code as ErrorCode, String(message ?? ''));
    }
    return new CoreError('internal', thrown instanceof Error ? thrown.message : '');
  }
}
