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

/**
 * Events as marks whose colour and sign say the phase. `hidden` ids are left
 * out: the live source draws their newer state.
 */
export function eventLayers(id: string, source: Source, look: Look, hidden: string[]): Drawn[] {
  const colours = phaseColours[look.theme]
  const ground = grounds[look.theme]
  const shown: Expression = hidden.length > 0 ? ['all', isPoint, ['!', ['in', ['get', 'id'], ['literal', hidden]]]] : isPoint
  const fade = byPhase((phase) => (phase === 'done' || phase === 'void' ? 0.5 * look.opacity : look.opacity))
  const order = byPhase((phase) => ({ waiting: 9, working: 8, checking: 7, done: 2, void: 1 })[phase])
  const at = { source: source.id, 'source-layer': source.layer }
  return [
    ...clusterLayers(id, source, look, colours.waiting, 0),
    {
      rank: ranks.events,
      layer: {
        id: `${source.layer}-dot`, type: 'circle', ...at, filter: shown, layout: { 'circle-sort-key': order },
        paint: {
          'circle-color': byPhase((phase) => colours[phase]), 'circle-opacity': fade, 'circle-stroke-opacity': fade,
          'circle-radius': byZoom([[9, byPhase((phase) => (phase === 'done' || phase === 'void' ? 1.4 : 2.6))], [14, byPhase((phase) => (phase === 'done' || phase === 'void' ? 3 : 5.5))]]),
          'circle-stroke-color': ground.halo, 'circle-stroke-width': byZoom([[9, 0.5], [14, 1.2]]),
        },
        metadata: { layer: id, legend: 'circle-color' },
      },
    },
    {
      rank: ranks.events,
      layer: {
        id: `${source.layer}-sign`, type: 'symbol', ...at, minzoom: signZoom,
        filter: ['all', shown, ['any', ['>=', ['zoom'], closedSignZoom], ['!', ['in', ['get', 'state'], ['literal', [...statesOf('done'), ...statesOf('void')]]]]]],
        layout: {
          'icon-image': byPhase((phase) => phaseImage(phase, colours[phase])), 'icon-allow-overlap': byZoomOverlap, 'icon-padding': 0,
          'icon-size': byZoom([[13, 0.75], [17, 1.05]]), 'symbol-sort-key': ['-', 0, order], 'symbol-z-order': 'source',
        },
        paint: { 'icon-opacity': fade },
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
