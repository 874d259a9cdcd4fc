#include "exporter/model_fixbuf.h"

#include <fixbuf/public.h>

struct fixbuf_model {
	fbInfoModel_t *model;
};

struct fixbuf_model *fixbuf_model_new(void)
{
	struct fixbuf_model *model = g_new(struct fixbuf_model, 1);

	model->model = fbInfoModelAlloc();
	return model;
}

void fixbuf_model_free(struct fixbuf_model *model)
{
	fbInfoModelFree(model->model);
	g_free(model);
}

bool fixbuf_model_element(const struct fixbuf_model *model, uint32_t enterprise, uint16_t id,
	char ret_name[ELEMENT_NAME_MAX], uint8_t *ret_type)
{
	const fbInfoElement_t *e = fbInfoModelGetElementByID(model->model, id, enterprise);

	if (e == NULL || e->type >= ELEMENT_TYPES) {
		return false;
	}
	(void)g_strlcpy(ret_name, e->ref.name, ELEMENT_NAME_MAX);
	*ret_type = e->type;
	return true;
}
