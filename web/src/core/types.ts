/**
 * What the core is asked and what it answers: the view types of `client-core`, as serde writes them.
 * `agree.ts` holds them against the declarations that are generated from the core.
 */

export type Lang = 'ky' | 'ru' | 'uz' | 'tg' | 'kk' | 'en';

export type Role = 'monitor' | 'coordinator';
export type RevokeReason = 'lost' | 'seized' | 'left';
export type Delivery = 'draft' | 'on_device' | 'stored' | 'received';

export interface TimeAnswer {
  at: string;
  precision: 'minute' | 'hour' | 'part_of_day' | (string & {});
  phone?: string;
}

export interface PlaceAnswer {
  id?: string;
  name?: string;
  landmark?: string;
  lat?: number;
  lon?: number;
  radius_m?: number;
}

export type Answer =
  | { type: 'text'; value: string }
  | { type: 'integer'; value: number }
  | { type: 'decimal'; value: number }
  | { type: 'choice'; value: string }
  | { type: 'choices'; value: string[] }
  | { type: 'date'; value: string }
  | { type: 'time'; value: TimeAnswer }
  | { type: 'place'; value: PlaceAnswer };

export interface Author {
  device: string;
  name: string | null;
  role: Role;
  me: boolean;
}

export interface ReportSummary {
  id: string;
  title: string;
  types: string[];
  place: string | null;
  district: string | null;
  lat: number | null;
  lon: number | null;
  date: string | null;
  injured: number | null;
  killed: number | null;
  excerpt: string;
  stage: string;
  delivery: Delivery;
  author: Author;
  changed_ms: number;
  arrived_ms: number;
  unread: boolean;
  conflicts: number;
  questions: number;
  review: string | null;
  changed_since_review: boolean;
  urgent: boolean;
  language: string | null;
}

export interface VersionView {
  answer: Answer | null;
  text: string;
  authors: Author[];
  time_ms: number;
  change: string;
}

export interface FieldView {
  path: string;
  question: string;
  label: string;
  answer: Answer | null;
  text: string;
  versions: VersionView[];
  was_conflicted: boolean;
}

export interface EntryView {
  id: string;
  fields: FieldView[];
  removed: string | null;
  edited_after_removal: boolean;
}

export interface SectionView {
  name: string;
  label: string;
  fields: FieldView[];
  entries: EntryView[];
}

export interface TalkView {
  id: string;
  kind: 'question' | 'answer' | 'comment' | (string & {});
  text: string;
  author: Author;
  time_ms: number;
  reply_to: string | null;
  answered: boolean;
}

export interface HintView {
  path: string;
  kind: string;
  label: string;
}

export interface SpanView {
  text: string;
  author: Author;
}

export interface HistoryView {
  path: string;
  label: string;
  old: string | null;
  new: string | null;
  author: Author;
  time_ms: number;
  server_ms: number | null;
  change: string;
}

export interface ReviewView {
  fields: FieldView[];
  notes: TalkView[];
  changed_since: HistoryView[];
}

export interface ReportView {
  summary: ReportSummary;
  form: string;
  form_version: number;
  sections: SectionView[];
  narrative: string;
  narrative_spans: SpanView[];
  talk: TalkView[];
  hints: HintView[];
  progress: [answered: number, relevant: number];
  withdrawn: string | null;
  edited_after_withdrawal: boolean;
  shared_with: Author[];
  review: ReviewView | null;
}

export interface DeviceView {
  device: string;
  member: string;
  name: string | null;
  role: Role;
  status: 'unverified' | 'pending' | 'active' | 'revoked' | (string & {});
  reason: RevokeReason | null;
  me: boolean;
  safety_number: string;
  last_seen_ms: number | null;
  skew_ms: number | null;
  forked: boolean;
  recovered: boolean;
}

export interface InviteView {
  id: string;
  role: Role;
  name: string | null;
  expires_at_ms: number;
  state: 'open' | 'used' | 'cancelled' | 'waiting' | (string & {});
}

export interface QuarantinedView {
  hash: string;
  device: string;
  stream: string;
  reason: string;
  adoptable: boolean;
}

export interface SyncView {
  enrolled: boolean;
  approved: boolean;
  revoked: boolean;
  phase: 'idle' | 'running' | 'waiting' | 'offline' | (string & {});
  waiting_reports: number;
  waiting_bytes: number;
  to_fetch: number;
  last_success_ms: number | null;
  next_try_ms: number | null;
  trouble: string | null;
  alarms: string[];
  skew_ms: number | null;
}

export interface Filter {
  query?: string | null;
  types?: string[];
  districts?: string[];
  from?: string | null;
  to?: string | null;
  stages?: string[];
  reviews?: string[];
  authors?: string[];
  conflicted?: boolean;
  asked?: boolean;
  unread?: boolean;
  urgent?: boolean;
  languages?: string[];
  limit?: number;
  offset?: number;
}

/** A filter that a person keeps by a name, on this device. */
export interface SavedView {
  name: string;
  filter: Filter;
}

export interface ReportList {
  total: number;
  reports: ReportSummary[];
}

export interface Me {
  device: string;
  member: string;
  name: string;
  role: Role;
  workspace: string;
  server: string;
  safety_number: string;
  fingerprint: string;
}

export type Kind =
  | 'text'
  | 'integer'
  | 'decimal'
  | 'select_one'
  | 'select_multiple'
  | 'date'
  | 'time'
  | 'place'
  | 'narrative'
  | 'note';

export interface ChoiceView {
  code: string;
  label: string;
  /** What a search compares: the label in all languages, folded. */
  folded: string;
}

export interface QuestionView {
  name: string;
  kind: Kind;
  label: string;
  hint: string | null;
  guidance: string | null;
  list: ChoiceView[] | null;
  stage: 'flash' | 'complete' | 'review';
  min: number | null;
  max: number | null;
}

export interface FormSectionView {
  name: string;
  label: string;
  guidance: string | null;
  repeat: boolean;
  questions: QuestionView[];
}

export interface FormView {
  id: string;
  version: number;
  flash: string[];
  sections: FormSectionView[];
}

export interface PlaceView {
  id: string;
  name: string;
  district: string | null;
  country: string;
  lat: number;
  lon: number;
  note: string | null;
  valid_to: string | null;
}

export interface Preview {
  server: string;
  role: Role;
  expires_at_ms: number;
  workspace_fingerprint: string;
}

/** Recovery sheets, as they are shown once. */
export interface Sheets {
  recovery_sheets: string[];
  server: string;
  workspace: string;
}

/** Whether sheets bring the workspace back: they do, they will when the server has heard, they don't. */
export type SheetsStanding = 'count' | 'wait' | 'void';

export type Phase = 'empty' | 'locked' | 'open';
export type NarrativeName = 'narrative' | 'impact' | 'remarks';
export type ExportFormat = 'csv' | 'geojson' | 'json';

/** Everything that a screen may ask. Each call goes to the worker and can fail with a `CoreError`. */
export interface Core {
  status(): Promise<{ phase: Phase }>;
  createWorkspace(wanted: { server: string; name: string; passphrase: string; setup_code: string }): Promise<Sheets>;
  previewInvitation(link: string): Promise<Preview>;
  join(wanted: { link: string; name: string; passphrase: string }): Promise<void>;
  recover(wanted: { server: string; workspace: string; sheets: string[]; name: string; passphrase: string }): Promise<void>;
  unlock(passphrase: string): Promise<void>;
  lock(): Promise<void>;
  wipe(): Promise<void>;
  changePassphrase(old: string, wanted: string): Promise<void>;
  passphraseStrength(text: string): Promise<{ score: number; words: string }>;
  me(): Promise<Me>;
  syncStatus(): Promise<SyncView>;
  syncNow(): Promise<void>;
  list(filter: Filter, lang: Lang): Promise<ReportList>;
  savedViews(): Promise<SavedView[]>;
  saveViews(views: SavedView[]): Promise<void>;
  report(id: string, lang: Lang): Promise<ReportView>;
  markRead(id: string): Promise<void>;
  createReport(wanted: { lang: Lang }): Promise<string>;
  setAnswer(id: string, path: string, answer: Answer | null): Promise<void>;
  setText(id: string, name: NarrativeName, text: string): Promise<void>;
  addEntry(id: string, section: string): Promise<string>;
  removeEntry(id: string, section: string, entry: string, reason: string): Promise<void>;
  restoreEntry(id: string, section: string, entry: string): Promise<void>;
  send(id: string): Promise<void>;
  withdraw(id: string, reason: string): Promise<void>;
  discardDraft(id: string): Promise<void>;
  resolve(id: string, path: string, change: string): Promise<void>;
  restore(id: string, path: string, change: string): Promise<void>;
  history(id: string, lang: Lang): Promise<HistoryView[]>;
  say(id: string, kind: 'question' | 'answer' | 'comment', text: string, replyTo: string | null): Promise<void>;
  form(lang: Lang): Promise<FormView>;
  relevant(id: string): Promise<string[]>;
  places(query: string, lang: Lang, limit: number): Promise<PlaceView[]>;
  fold(text: string): Promise<string>;
  reviewSet(id: string, question: string, answer: Answer | null): Promise<void>;
  members(lang: Lang): Promise<DeviceView[]>;
  invites(): Promise<InviteView[]>;
  invite(wanted: { role: Role; name: string; hours: number }): Promise<{ id: string; link: string; qr_svg: string }>;
  cancelInvite(id: string): Promise<void>;
  approve(device: string): Promise<void>;
  revoke(device: string, reason: RevokeReason): Promise<void>;
  quarantined(): Promise<QuarantinedView[]>;
  adopt(hash: string): Promise<void>;
  share(id: string, member: string): Promise<void>;
  export(format: ExportFormat, filter: Filter, lang: Lang): Promise<Uint8Array>;
}

/** What coordinators ask besides, and a few things that everybody may. */
export interface Core {
  reviewForm(lang: Lang): Promise<FormView>;
  reviewHistory(id: string, lang: Lang): Promise<HistoryView[]>;
  note(id: string, text: string): Promise<void>;
  ask(id: string, text: string): Promise<void>;
  answerQuestion(id: string, question: string, text: string): Promise<void>;
  rotateRole(): Promise<void>;
  rebuild(): Promise<void>;
  dismissAlarms(): Promise<void>;
  drawSheets(): Promise<Sheets>;
  renewSheets(sheets: string[]): Promise<void>;
  sheetsStanding(sheets: string[]): Promise<SheetsStanding>;
}

export type CoreEvent = { type: 'changed' } | { type: 'sync' } | { type: 'locked' } | { type: 'leader' };
