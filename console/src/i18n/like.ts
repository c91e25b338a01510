/** A catalogue of the same shape in other words: the same keys, the same functions of the same values, any text. */
export type Like<T> = T extends (...given: infer Given) => string
  ? (...given: Given) => string
  : T extends string
    ? string
    : T extends object
      ? { [Key in keyof T]: Like<T[Key]> }
      : T;
