// SPDX-License-Identifier: MIT
// A function in C: define `void handler(void)` and include this.
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

void handler(void);

int main(void)
{
	char line[64];
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	while (fgets(line, sizeof line, stdin)) {
		if (strncmp(line, "fork", 4) == 0) {
			pid_t child = fork();
			if (child == 0)
				continue;
			printf("forked %d\n", (int)child);
			waitpid(child, NULL, 0);
			return 0;
		}
		handler();
		puts("done");
	}
	return 0;
}
