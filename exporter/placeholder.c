/* replaced by the first real file */
extern int exporter_placeholder;
