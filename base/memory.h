#pragma once

/**
 * Give back what only the start of the program needed: free heap, and the pages of code and
 * constants that were touched once, most of them of libraries. What is still used comes back with
 * its next use, from the page cache. For programs that wait most of their life.
 */
void memory_trim(void);
