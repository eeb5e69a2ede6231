/** One plausible mistake of an engineer, as a change of the sources. */

interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  /** Occurs there exactly once. */
  readonly find: string;
  readonly replace: string;
}

export interface Mutant {
  readonly name: string;
  /** The rule of the design that it breaks, or what else promises it. */
  readonly rule: string;
  /** What somebody might have thought, or overlooked. */
  readonly why: string;
  readonly edits: readonly Edit[];
}

/** The changed files, by path. Throws where an edit does not match exactly once. */
export function mutate(mutant: Mutant, read: (file: string) => string): Map<string, string> {
  const changed = new Map<string, string>();
  for (const { file, find, replace } of mutant.edits) {
    const text = changed.get(file) ?? read(file);
    const pieces = text.split(find);
    if (pieces.length !== 2)
      throw new Error(
        `${mutant.name}: ${file} has ${pieces.length - 1} of ${JSON.stringify(find)}, not one; mend the mutant`,
      );
    changed.set(file, pieces.join(replace));
  }
  return changed;
}
