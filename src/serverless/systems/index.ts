// The systems under comparison. Adding one is adding its file and its line here.

import type { SystemSpec } from '../system.ts';
import { MCPV_CZONE } from './mcpv-czone.ts';
import { MCPV_STATIC } from './mcpv-static.ts';
import { SCPV_BOOT } from './scpv-boot.ts';
import { SCPV_TEMPLATE } from './scpv-template.ts';

export const SYSTEMS: readonly SystemSpec[] = [SCPV_BOOT, SCPV_TEMPLATE, MCPV_STATIC, MCPV_CZONE];
