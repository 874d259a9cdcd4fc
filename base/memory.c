#include "base/memory.h"

#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Segments that cannot be written hold what is in their file and nothing else: pages that were
 * relocated lie in segments that can, whatever protection they got later. */
static int trim_object(struct dl_phdr_info *object, size_t size, void *context)
{
	uintptr_t page = *(const uintptr_t *)context;

	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + segment->p_vaddr;
		uintptr_t end = begin + segment->p_memsz;

		begin = (begin + page - 1) / page * page;
		end = end / page * page;
		if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) == 0 && begin < end) {
			(void)madvise((void *)begin, end - begin, MADV_DONTNEED);
		}
	}
	return 0;
}

void memory_trim(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
	(void)dl_iterate_phdr(trim_object, &page);
}
