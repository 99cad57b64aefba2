# SPDX-License-Identifier: MIT
# The workload of a function: three containers one after the other (the first reads its files from the disk), and one
# that is forked. COMMAND is what starts it.
COMMAND=$(cat command)
expect 400
for n in 1 2 3; do life c$n $COMMAND; done
forked f1 $COMMAND
