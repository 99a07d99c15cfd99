import { BarChart } from 'echarts/charts'
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components'
import { init, use, type ECharts } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([BarChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer])

export interface Bar { key: string; name: string; value: number; label: string; colour: string; faded: boolean }
export interface BarStyle { text: string; line: string; language: 'zh' | 'en' }

export const rowHeightPx = 26

/** Horizontal bars, the largest on top. Returns the chart; the caller disposes of it. */
export function createBars(element: HTMLElement, click: (key: string) => void): ECharts {
  const chart = init(element, undefined, { renderer: 'canvas' })
  chart.on('click', (event) => {
    const data = event.data as { key?: string } | undefined
    if (data?.key !== undefined) click(data.key)
  })
  return chart
}

export function setBars(chart: ECharts, bars: Bar[], style: BarStyle): void {
  const font = getComputedStyle(document.documentElement).fontFamily
  chart.setOption({
    aria: { enabled: true },
    animationDuration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 250,
    textStyle: { fontFamily: font },
    grid: { left: 4, right: 56, top: 4, bottom: 4, containLabel: true },
    tooltip: { trigger: 'item', confine: true, formatter: ({ data }: { data: { full: string; label: { formatter: string } } }) => `${escape(data.full)}: ${data.label.formatter}` },
    xAxis: { type: 'value', show: false },
    yAxis: {
      type: 'category', inverse: true, data: bars.map(({ name }) => name), axisLine: { show: false }, axisTick: { show: false },
      axisLabel: { color: style.text, fontSize: 12, width: 104, overflow: 'truncate' },
    },
    series: [{
      type: 'bar', barMaxWidth: 14, cursor: 'pointer', showBackground: true, backgroundStyle: { color: style.line, borderRadius: 4 },
      data: bars.map((bar) => ({
        value: bar.value, key: bar.key, full: bar.name, itemStyle: { color: bar.colour, borderRadius: 4, opacity: bar.faded ? 0.35 : 1 },
        label: { show: true, position: 'right', color: style.text, formatter: bar.label },
      })),
    }],
  }, { notMerge: true })
}

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
