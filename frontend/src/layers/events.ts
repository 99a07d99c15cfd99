import { elementColour } from '@/model/element'
import { phaseColours, phases, statesOf, type Phase } from '@/model/eventstate'
import type { Source } from './labels'
import { grounds } from './palette'
import { clusterLayers, isPoint } from './points'
import { byZoom, ranks, type Drawn, type Expression, type Look } from './style'

/** From this zoom on an event shows the sign of its phase. */
export const signZoom = 13
/** Settled events stay dots for longer, so that they do not hide the open ones. */
export const closedSignZoom = 17

/** The name of an image that map/images draws: a disc with one character. */
export function phaseImage(phase: Phase, colour: string): string {
  return `phase|${phase}|${colour}`
}

function byPhase(value: (phase: Phase) => Expression): Expression {
  return ['match', ['get', 'state'], ...phases.flatMap((phase): Expression[] => [statesOf(phase), value(phase)]), value('waiting')]
}

const open: Expression = ['in', ['get', 'state'], ['literal', phases.filter((phase) => phase !== 'done' && phase !== 'void').flatMap(statesOf)]]

/**
 * Events as marks whose colour and sign say the phase. Open events come from a
 * source of their own, so that gathering at low zooms never swallows them among
 * the many that are settled; `all` holds both. `hidden` ids are left out: the
 * live source draws their newer state.
 */
export function eventLayers(id: string, all: Source, openOnly: Source, look: Look, hidden: string[]): Drawn[] {
  const ground = grounds[look.theme]
  const newer: Expression[] = hidden.length > 0 ? [['!', ['in', ['get', 'id'], ['literal', hidden]]]] : []
  return [
    ...clusterLayers(id, all, look, elementColour('frame', look.theme), 0),
    ...marks(id, all, look, ['all', isPoint, ['!', open], ...newer], { name: 'settled', radius: [1.4, 3], opacity: 0.5, signs: closedSignZoom }),
    ...marks(id, openOnly, look, ['all', isPoint, open, ...newer], { name: 'open', radius: [2.8, 5.5], opacity: 1, signs: signZoom }),
  ].map((drawn) => (drawn.layer.type === 'circle' && drawn.layer.paint ? { ...drawn, layer: { ...drawn.layer, paint: { 'circle-stroke-color': ground.halo, ...drawn.layer.paint } } } : drawn))
}

interface MarkStyle { name: string; radius: [number, number]; opacity: number; signs: number }

function marks(id: string, source: Source, look: Look, filter: Expression, style: MarkStyle): Drawn[] {
  const colours = phaseColours[look.theme]
  const order = byPhase((phase) => ({ waiting: 9, working: 8, checking: 7, done: 2, void: 1 })[phase])
  const at = { source: source.id, 'source-layer': source.layer, filter }
  const opacity = style.opacity * look.opacity
  return [
    {
      rank: ranks.events + (style.name === 'open' ? 0.2 : 0),
      layer: {
        id: `${id}-${style.name}-dot`, type: 'circle', ...at, layout: { 'circle-sort-key': order },
        paint: {
          'circle-color': byPhase((phase) => colours[phase]), 'circle-opacity': opacity, 'circle-stroke-opacity': opacity,
          'circle-radius': byZoom([[9, style.radius[0]], [14, style.radius[1]]]), 'circle-stroke-width': byZoom([[9, 0.5], [14, 1.2]]),
        },
        metadata: { layer: id, legend: 'circle-color' },
      },
    },
    {
      rank: ranks.events + (style.name === 'open' ? 0.3 : 0.1),
      layer: {
        id: `${id}-${style.name}-sign`, type: 'symbol', ...at, minzoom: style.signs,
        layout: {
          'icon-image': byPhase((phase) => phaseImage(phase, colours[phase])), 'icon-allow-overlap': byZoomOverlap, 'icon-padding': 0,
          'icon-size': byZoom([[13, 0.75], [17, 1.05]]), 'symbol-sort-key': ['-', 0, order], 'symbol-z-order': 'source',
        },
        paint: { 'icon-opacity': opacity },
        metadata: { layer: id },
      },
    },
  ]
}

const byZoomOverlap: Expression = ['step', ['zoom'], false, 15, true]

/** Newly reported and changed events, drawn from a small source of their own. */
export function liveLayers(look: Look, source: string): Drawn[] {
  const colours = phaseColours[look.theme]
  return [
    {
      rank: ranks.events + 0.4,
      layer: {
        id: 'live-halo', type: 'circle', source, filter: ['==', ['get', 'fresh'], true],
        paint: {
          'circle-color': byPhase((phase) => colours[phase]), 'circle-opacity': 0.22, 'circle-radius': byZoom([[9, 14], [15, 26]]),
          'circle-stroke-color': byPhase((phase) => colours[phase]), 'circle-stroke-width': 1.5,
        },
      },
    },
    {
      rank: ranks.events + 0.5,
      layer: {
        id: 'live-sign', type: 'symbol', source,
        layout: {
          'icon-image': byPhase((phase) => phaseImage(phase, colours[phase])), 'icon-allow-overlap': true, 'icon-ignore-placement': true,
          'icon-size': byZoom([[9, 0.6], [13, 0.8], [17, 1.05]]),
        },
        metadata: { layer: 'events' },
      },
    },
  ]
}
