import { Map as MapLibreMap, setWorkerUrl, type MapOptions, type StyleSpecification } from 'maplibre-gl'
import workerURL from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import { subjectHeaders } from '@/api/http'
import { drawMark } from './images'
import { mapMessages } from './messages'
import type { SceneStyle } from './style'
import type { Language } from '@/model/language'

setWorkerUrl(workerURL)

export type { MapLibreMap }

export const asStyle = (style: SceneStyle) => style as unknown as StyleSpecification

/** Makes a map that asks only this server and draws its icons when needed. */
export function createMap(container: HTMLElement, style: SceneStyle, language: Language, options: Partial<MapOptions> = {}): MapLibreMap {
  const phone = window.innerWidth < 720
  const map = new MapLibreMap({
    container,
    style: asStyle(style),
    attributionControl: false,
    renderWorldCopies: false,
    maxPitch: 70,
    pixelRatio: Math.min(2, window.devicePixelRatio),
    maxTileCacheSize: phone ? 40 : undefined,
    fadeDuration: 100,
    localIdeographFontFamily: '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif',
    locale: mapMessages(language),
    transformRequest: (url) => ({ url, headers: subjectHeaders() }),
    ...options,
  })
  map.setMissingStyleImageResolver((name) => {
    const mark = drawMark(name)
    if (mark && !map.hasImage(name)) map.addImage(name, mark.image, { pixelRatio: mark.pixelRatio })
  })
  return map
}
