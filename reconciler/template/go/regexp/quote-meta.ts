const META = /[\\.+*?()|[\]{}^$]/g;

/** `regexp.QuoteMeta`. */
export const quoteMeta = (text: string): string => text.replace(META, "\\$&");
