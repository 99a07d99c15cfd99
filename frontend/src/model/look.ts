/** The part of an address that says how a page looks; the defaults are left out. */
export function lookQuery(view: { language: string; theme: string }): Record<string, string> {
  return { ...(view.theme === 'light' ? {} : { t: view.theme }), ...(view.language === 'zh' ? {} : { lang: view.language }) }
}
