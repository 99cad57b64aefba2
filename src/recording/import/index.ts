// The face of imports: page events that other tools recorded.

export {
  IMPORT_FILES,
  type Imported,
  type ImportReport,
  importEvents,
  importReportOf,
} from './import.ts';
export type { ImportedProcess } from './processes.ts';
