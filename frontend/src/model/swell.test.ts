import { expect, test } from 'vitest'
import { swell } from './swell'

const square = { type: 'Polygon', coordinates: [[[111, 30], [111.001, 30], [111.001, 30.001], [111, 30.001], [111, 30]]] }

test('a polygon grows by the metres asked for on every side', () => {
  const ring = (swell(square, 1).coordinates as [number, number][][])[0]!
  const metre = 1 / 111_195
  expect(ring[0]![1]).toBeCloseTo(30 - metre, 8)
  expect(ring[2]![1]).toBeCloseTo(30.001 + metre, 8)
  expect(ring[0]![0]).toBeCloseTo(111 - metre / Math.cos((30 * Math.PI) / 180), 7)
  expect(ring[0]).toEqual(ring[4])
  expect(square.coordinates[0]![0]).toEqual([111, 30])
})

test('several polygons grow together, lines and points stay', () => {
  const many = swell({ type: 'MultiPolygon', coordinates: [square.coordinates] }, 1)
  expect((many.coordinates as number[][][][])[0]![0]).toEqual((swell(square, 1).coordinates as number[][][])[0])
  const line = { type: 'LineString', coordinates: [[0, 0], [1, 1]] }
  expect(swell(line, 1)).toBe(line)
})
