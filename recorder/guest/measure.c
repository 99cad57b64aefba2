// SPDX-License-Identifier: MIT
// measure PID clear: from now on, what the process references and writes counts anew, and so does its peak.
// measure PID quick: its resident anonymous and file pages.
// measure PID: all of it, as key=value. Kilobytes; `dirty` are anonymous pages written since they were cleared.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PAGE_KB = 4, ENTRIES = 512 };
static const uint64_t PRESENT = 1ull << 63, FILE_OR_SHARED = 1ull << 61, SOFT_DIRTY = 1ull << 55;

static FILE *open_proc(const char *pid, const char *name)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%s/%s", pid, name);
	FILE *file = fopen(path, "r");
	if (!file) { perror(path); exit(1); }
	return file;
}

static void clear(const char *pid)
{
	char path[64];
	snprintf(path, sizeof path, "/proc/%s/clear_refs", pid);
	// referenced bits, then the peak; soft-dirty bits last, since that flushes the TLB for the first as well
	for (const char *kind = "154"; *kind; kind++) {
		int file = open(path, O_WRONLY);
		if (file < 0 || write(file, kind, 1) != 1) { perror(path); exit(1); }
		close(file);
	}
}

static long field(const char *line, const char *name)
{
	size_t length = strlen(name);
	return strncmp(line, name, length) == 0 && line[length] == ':' ? atol(line + length + 1) : -1;
}

static void status(const char *pid, const char *const *names)
{
	char line[256];
	FILE *file = open_proc(pid, "status");
	while (fgets(line, sizeof line, file))
		for (const char *const *name = names; *name; name++) {
			long kb = field(line, *name);
			if (kb >= 0) printf("%s=%ld ", *name, kb);
		}
	fclose(file);
}

// Pages of [start, end) that are anonymous, present and written since they were cleared.
static long dirty(int pagemap, uint64_t start, uint64_t end)
{
	uint64_t entries[ENTRIES];
	long found = 0;
	for (uint64_t page = start / 4096; page < end / 4096; page += ENTRIES) {
		uint64_t count = end / 4096 - page < ENTRIES ? end / 4096 - page : ENTRIES;
		ssize_t got = pread(pagemap, entries, count * sizeof *entries, page * sizeof *entries);
		for (ssize_t i = 0; i < got / (ssize_t)sizeof *entries; i++)
			found += (entries[i] & PRESENT) && !(entries[i] & FILE_OR_SHARED) && (entries[i] & SOFT_DIRTY);
	}
	return found;
}

struct area { uint64_t start, end; long rss, anonymous, referenced, private_dirty, shared; };
struct sums { long anonymous, file, touched_anonymous, touched_file, dirty, own, shared; };

// In an area of both kinds, what was referenced counts as anonymous first.
static void add(struct sums *sums, const struct area *area, int pagemap)
{
	long touched = area->referenced < area->anonymous ? area->referenced : area->anonymous;
	sums->anonymous += area->anonymous;
	sums->file += area->rss - area->anonymous;
	sums->touched_anonymous += touched;
	sums->touched_file += area->referenced - touched;
	if (area->anonymous == 0) return;
	sums->own += area->private_dirty < area->anonymous ? area->private_dirty : area->anonymous;
	sums->shared += area->anonymous - (area->private_dirty < area->anonymous ? area->private_dirty : area->anonymous);
	sums->dirty += PAGE_KB * dirty(pagemap, area->start, area->end);
}

static void areas(const char *pid)
{
	char path[64], line[512];
	struct area area = {0};
	struct sums sums = {0};
	unsigned long start, end;
	snprintf(path, sizeof path, "/proc/%s/pagemap", pid);
	int pagemap = open(path, O_RDONLY);
	if (pagemap < 0) { perror(path); exit(1); }
	FILE *file = open_proc(pid, "smaps");
	while (fgets(line, sizeof line, file)) {
		long kb;
		if (sscanf(line, "%lx-%lx %*4s", &start, &end) == 2) {
			add(&sums, &area, pagemap);
			area = (struct area){.start = start, .end = end};
		}
		if ((kb = field(line, "Rss")) >= 0) area.rss = kb;
		if ((kb = field(line, "Anonymous")) >= 0) area.anonymous = kb;
		if ((kb = field(line, "Referenced")) >= 0) area.referenced = kb;
		if ((kb = field(line, "Private_Dirty")) >= 0) area.private_dirty = kb;
	}
	add(&sums, &area, pagemap);
	fclose(file);
	printf("anonymous=%ld file=%ld touched_anonymous=%ld touched_file=%ld dirty=%ld own=%ld shared=%ld",
	       sums.anonymous, sums.file, sums.touched_anonymous, sums.touched_file, sums.dirty, sums.own, sums.shared);
}

int main(int count, char **words)
{
	static const char *const ALL[] = {"VmHWM", "VmRSS", "RssAnon", "RssFile", "RssShmem", "VmPTE", "Threads", NULL};
	static const char *const FEW[] = {"VmHWM", "RssAnon", "RssFile", NULL};
	if (count < 2) return 2;
	const char *what = count > 2 ? words[2] : "";
	if (strcmp(what, "clear") == 0) { clear(words[1]); return 0; }
	status(words[1], strcmp(what, "quick") == 0 ? FEW : ALL);
	if (strcmp(what, "quick") != 0) areas(words[1]);
	return 0;
}
