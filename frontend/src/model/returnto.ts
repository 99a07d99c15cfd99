/**
 * The place of this site that a `to` parameter names, or '/' when it names
 * anything else: another host, another scheme, or the sign-in page itself.
 */
export function returnPlace(to: unknown, origin = 'https://city.test'): string {
  if (typeof to !== 'string' || !to.startsWith('/')) return '/'
  try {
    const url = new URL(to, origin)
    if (url.origin !== origin || url.pathname.startsWith('//') || url.pathname === '/login') return '/'
    return url.pathname + url.search + url.hash
  } catch {
    return '/'
  }
}
