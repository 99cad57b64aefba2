// Loaded for each file of tests, also where files share a process and what they import is loaded once.

import { afterAll } from 'vitest';
import { clearFolders } from './folder.ts';

/** A sweep leaves thousands of files. */
const REMOVAL_MS = 120_000;

afterAll(clearFolders, REMOVAL_MS);
