// The lessons, in the order in which they build on each other.

import type { Lesson } from './lesson.ts';

/** The playground's lessons, in the order in which they are best taken. */
export const LESSONS: readonly Lesson[] = [
  {
    name: 'holds',
    title: 'What a sandbox holds before it does anything',
    question: 'Why is one VM for each container dear, and what does a template save?',
    steps: [
      {
        script: 'boot 256',
        text: 'A booted guest of 256 MiB. The host holds [[own=52.0]] MiB for it alone: kernel image, memmap, slab, the page cache of its start, the agent. All else is free and has never been touched: no host memory is behind it, the map is pale there.',
      },
      {
        script: 'start a\ntouch a 20',
        text: 'A container writes 20 MiB. Each page is a fault in the guest and one at the host: [[faults=5116]] of them. Now [[own=74.3]] MiB are this VM’s.',
      },
    ],
  },
  {
    name: 'clone',
    title: 'A template',
    question: 'What does a clone of a booted guest cost?',
    steps: [
      {
        script: 'clone 256',
        text: 'The same guest, cloned from a template. Of its own it has [[own=14.2]] MiB: what it has written since. The rest of what the host holds is the template, which all clones share.',
      },
      {
        script: 'start a',
        text: 'A container starts: fork from the agent, then exec. [[copied=4]] pages of the agent were written on the way, and so copied.',
      },
      {
        script: 'touch a 20',
        text: 'Its 20 MiB are new pages, the clone’s own as ever: it holds [[own=36.4]] MiB alone, where the booted guest of the first lesson holds 74.3 MiB.',
      },
    ],
  },
  {
    name: 'freed',
    title: 'Freed is not given back',
    question: 'A container has ended. Why does the host not notice?',
    steps: [
      {
        script: 'boot 256\nstart a 128\ntouch a 100',
        text: 'A container with 100 MiB. Nothing that is free has host memory but [[idle=0.1]] MiB.',
      },
      {
        script: 'exit a',
        text: 'It ends. [[free=203.6]] MiB are free in the guest, and the host still holds [[idle=102.3]] MiB of them: the green squares. Freeing is the guest’s own affair, no message leaves it.',
      },
      {
        script: 'start b 128\ntouch b 60',
        text: 'The next container gets pages that the host has kept: [[faults=190]] host faults for 60 MiB. Warm memory has its use; [[idle=40.9]] MiB of it have none.',
      },
    ],
  },
  {
    name: 'balloon',
    title: 'The balloon',
    question: 'How does the host ask for memory, and what does it pay?',
    steps: [
      {
        script: 'boot 256\nstart a 128\ntouch a 100\nexit a',
        text: 'A guest after work: [[idle=102.3]] MiB are held for nothing.',
      },
      {
        script: 'inflate 80',
        text: 'The host asks for 80 MiB. The driver takes free pages one by one and tells the device which: [[balloon=80.0]] MiB are in the balloon, the host got [[released=20290]] pages back, and [[idle=23.1]] MiB of idle memory are left. It took [[cost=93.3]] ms at typical prices: a page at a time is slow.',
      },
      {
        script: 'deflate 80\nstart b 128\ntouch b 100',
        text: 'The balloon lets go, another container comes, and pages come from the host again: [[faults=20476]] faults.',
      },
    ],
  },
  {
    name: 'fragments',
    title: 'What fragments',
    question: 'A container has ended. Why is so little of it whole?',
    steps: [
      {
        script: 'boot 256\nstart a\nstart b\nturns a b 30',
        text: 'Two containers that grow in turn, 1 MiB and 1 MiB, share pageblocks of 2 MiB. [[whole=69]] pageblocks are wholly free.',
      },
      {
        script: 'exit a',
        text: 'One ends: 30 MiB and more are free again. Wholly free pageblocks are [[whole=69]], and [[partly=34]] are partly in use. Whoever takes memory back by 2 MiB finds the other container in the way.',
      },
    ],
  },
  {
    name: 'compaction',
    title: 'Compaction',
    question: 'Pages can be moved. What does it take?',
    steps: [
      {
        script: 'boot 128\nstart a\nstart b\nturns a b 36\nexit a',
        text: 'A guest that is nearly full of two containers in turn, and one ends. [[free=46.9]] MiB are free, and [[whole=2]] pageblocks are.',
      },
      {
        script: 'compact',
        text: 'kcompactd makes one more: [[migrated=256]] pages moved, [[whole=3]] pageblocks are wholly free, in [[cost=1.7]] ms at typical prices.',
      },
    ],
  },
  {
    name: 'reporting',
    title: 'What free page reporting misses',
    question: 'The kernel can report what is free. Is that not all?',
    steps: [
      {
        script: 'boot 256 reporting\nstart a 128\nstart b\nstart c\ntouch a 100\nexit a',
        text: 'A kernel that reports. A container of 100 MiB has just ended: [[idle=102.3]] MiB are idle.',
      },
      {
        script: 'wait 4',
        text: 'Four seconds later it has reported its free blocks of 2 MiB and larger, and the host has taken them. [[idle=26.3]] MiB are left, most of it on per-CPU lists ([[parked=20.0]] MiB), where nobody reports.',
      },
      {
        script: 'turns b c 30\nexit c\nwait 4',
        text: 'Two containers in turn, and one ends. Its pages lie between the other’s: no block of 2 MiB is free there, and none is reported. [[idle=33.1]] MiB stay with the host for nothing.',
      },
    ],
  },
  {
    name: 'unplug',
    title: 'Why unplug fails',
    question: 'virtio-mem takes whole blocks. What stands in its way?',
    steps: [
      {
        script: 'boot 128 room=128\nplug 128',
        text: '128 MiB are plugged as movable memory: [[plugged=128.0]] MiB.',
      },
      {
        script: 'start a 128\ntouch a 40\nunplug 128',
        text: 'A container uses 40 MiB of it, and the host wants all of it back. [[migrated=10240]] pages are moved out of the way, to the guest’s own memory: [[plugged=0.0]] MiB stay plugged.',
      },
      {
        script: 'plug 128\ntouch a 80\nunplug 128',
        text: 'Again, with a container that has 120 MiB. There is no room for its pages elsewhere: [[plugged=128.0]] MiB stay plugged however often the host asks. The page cache is gone ([[file=0.0]] MiB), and [[migrated=9966]] pages were moved to find out.',
      },
    ],
  },
  {
    name: 'czone',
    title: 'How a CZone ends',
    question: 'What if a container’s pages were alone in their blocks?',
    steps: [
      {
        script: 'boot 256 zones=128\nstart a zone=64\nstart b zone=64\nturns a b 30',
        text: 'The containers of the lesson on fragments, each in a zone of its own: [[zoned=60.0]] MiB of blocks, none shared.',
      },
      {
        script: 'exit a',
        text: 'One ends, and its zone with it: whole blocks go to the pool ([[pool=30.0]] MiB), and by one message the host gets [[released=7680]] pages. [[migrated=0]] pages were moved: nothing of b was in the way.',
      },
      {
        script: 'start c zone=64\ntouch c 10',
        text: 'The next container takes blocks from the pool, [[pool=20.0]] MiB of which are left.',
      },
    ],
  },
  {
    name: 'paper',
    title: 'The paper’s idea in five steps',
    question: 'CZone (Wu et al., Frontiers of Computer Science 2026), step by step.',
    steps: [
      {
        script: 'clone 256 zones=256',
        text: '1. One VM for many containers of a function. Its kernel is a clone: [[own=14.3]] MiB of its own.',
      },
      {
        script: 'start a zone=64\ntouch a 30',
        text: '2. A zone for each container, which grows on demand: [[zoned=30.0]] MiB of blocks for 30 MiB and no block of another.',
      },
      {
        script: 'fork a b zone=64\ntouch b 10 0',
        text: '3. A fork that takes a zone: b shares a’s pages until it writes; 10 MiB that it writes are copied, [[copied=2560]] pages, into its own zone.',
      },
      {
        script: 'free b 8 0\nidle b\nreclaim',
        text: '4. The flag that says which frames the host backs, and a device that takes what an idle container does not use: of the 8 MiB that b has freed [[released=2048]] pages came back, [[migrated=0]] were moved.',
      },
      {
        script: 'exit b',
        text: '5. The end of a container frees whole blocks: [[pool=10.0]] MiB are in the pool, and the host got [[released=512]] pages more. [[idle=2.2]] MiB of idle memory are left.',
      },
    ],
  },
];
