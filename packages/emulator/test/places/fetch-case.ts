/** Asks the Worker of the cases for one. */
export async function fetchCase(origin: string, name = ''): Promise<unknown> {
  const response = await fetch(`${origin}/?${new URLSearchParams({ case: name }).toString()}`)
  return response.json()
}
