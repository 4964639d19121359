#include "wire/field_path.h"

#include "base/text.h"

#include <assert.h>

size_t field_path_enter(struct field_path *path, const char *name)
{
    assert(path->depth < FIELD_PATH_STEPS_MAX);
    path->steps[path->depth].name = name;
    return path->depth++;
}

size_t field_path_enter_item(struct field_path *path, size_t index)
{
    assert(path->depth < FIELD_PATH_STEPS_MAX);
    path->steps[path->depth].name = NULL;
    path->steps[path->depth].index = index;
    return path->depth++;
}

void field_path_leave(struct field_path *path, size_t before)
{
    path->depth = before;
}

const char *field_path_text(const struct field_path *path, char text[FIELD_PATH_SIZE_MAX])
{
    struct text_builder b = text_builder_over(text, FIELD_PATH_SIZE_MAX);

    for (size_t i = 0; i < path->depth; i++) {
        if (path->steps[i].name != NULL) {
            text_add(&b, i > 0 ? "." : "");
            text_add(&b, path->steps[i].name);
        } else {
            text_add(&b, "[");
            text_add_number(&b, (int64_t)path->steps[i].index);
            text_add(&b, "]");
        }
    }
    return text;
}

enum status field_path_refuse(const struct field_path *path, enum error_code code, const char *why,
                              enum error_code *ret_code, struct err *err)
{
    char text[FIELD_PATH_SIZE_MAX];

    *ret_code = code;
    if (path->depth == 0)
        return err_set(err, REJECT, "%s", why);
    return err_set(err, REJECT, "%s: %s", field_path_text(path, text), why);
}
