/**
 * Does not compile where the screens' types are not what the core gives: `views.ts` is generated
 * from the core. Nothing of this is in the built app.
 */
import type * as Given from './views';
import type * as Used from './types';

type Fits<From, To> = [From] extends [To] ? true : { given: From; used: To };

export const agreed: [
  Fits<Given.ReportList, Used.ReportList>,
  Fits<Given.ReportView, Used.ReportView>,
  Fits<Given.HistoryView, Used.HistoryView>,
  Fits<Given.DeviceView, Used.DeviceView>,
  Fits<Given.InviteView, Used.InviteView>,
  Fits<Given.SheetsStanding, Used.SheetsStanding>,
  Fits<Given.QuarantinedView, Used.QuarantinedView>,
  Fits<Given.SyncView, Used.SyncView>,
  Fits<Given.Me, Used.Me>,
  Fits<Given.FormView, Used.FormView>,
  Fits<Given.PlaceView, Used.PlaceView>,
  Fits<Used.Filter, Partial<Given.Filter>>,
  Fits<Given.SavedView, Used.SavedView>,
  Fits<Used.Answer, Given.Answer>,
] = [true, true, true, true, true, true, true, true, true, true, true, true, true, true];
