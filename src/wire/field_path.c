#include "wire/field_path.h"

#include "base/text.h"

size_t field_path_enter(struct field_path *path, const char *name)
{
    size_t before = path->used;
    struct text_builder b = text_builder_over(path->text + before, sizeof(path->text) - before);

    if (before > 0)
        text_add(&b, ".");
    text_add(&b, name);
    path->used = before + b.used;
    return before;
}

size_t field_path_enter_item(struct field_path *path, size_t index)
{
    size_t before = path->used;
    struct text_builder b = text_builder_over(path->text + before, sizeof(path->text) - before);

    text_add(&b, "[");
    text_add_number(&b, (int64_t)index);
    text_add(&b, "]");
    path->used = before + b.used;
    return before;
}

void field_path_leave(struct field_path *path, size_t before)
{
    path->used = before;
    path->text[before] = '\0';
}

enum status field_path_refuse(const struct field_path *path, enum error_code code, const char *why,
                              enum error_code *ret_code, struct err *err)
{
    *ret_code = code;
    if (path->used == 0)
        return err_set(err, REJECT, "%s", why);
    return err_set(err, REJECT, "%s: %s", path->text, why);
}
