// Percent-encoding, undone for strangers.

/** A part of a URL, percent-decoded; `undefined` when it is not decodable. */
export function decodePart(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
