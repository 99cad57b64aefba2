// Trees that a search comes back to when no tree was perfect: the eight best, the first seen before its equals.

import { WORK_CANDIDATES, WORK_CANDIDATES_BYTES } from './pool';

const CANDIDATES: u32 = 8;
const CANDIDATE_BYTES: u32 = 8;
if (CANDIDATES * CANDIDATE_BYTES != WORK_CANDIDATES_BYTES) ERROR('candidates outgrew their room');


@unmanaged
class Candidate {
  tree: u32;
  priority: u32;
}


@inline
function candidateAt(at: u32): Candidate {
  return changetype<Candidate>(WORK_CANDIDATES + <usize>at * CANDIDATE_BYTES);
}


@inline
export function candidate(at: u32): u32 {
  return candidateAt(at).tree;
}

/** Puts a tree in its place among `count` others. How many there are then. */
export function addCandidate(count: u32, tree: u32, priority: u32): u32 {
  let at = count;
  while (at > 0 && candidateAt(at - 1).priority < priority) at--;
  if (at == CANDIDATES) return count;
  const grown = min<u32>(count + 1, CANDIDATES);
  for (let to = grown - 1; to > at; to--) {
    candidateAt(to).tree = candidateAt(to - 1).tree;
    candidateAt(to).priority = candidateAt(to - 1).priority;
  }
  candidateAt(at).tree = tree;
  candidateAt(at).priority = priority;
  return grown;
}
