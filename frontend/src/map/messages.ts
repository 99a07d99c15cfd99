import type { Language } from '@/model/language'

const chinese: Record<string, string> = {
  'AttributionControl.ToggleAttribution': '显示或隐藏来源',
  'AttributionControl.MapFeedback': '地图反馈',
  'FullscreenControl.Enter': '全屏',
  'FullscreenControl.Exit': '退出全屏',
  'GeolocateControl.FindMyLocation': '我的位置',
  'GeolocateControl.LocationNotAvailable': '无法定位',
  'LogoControl.Title': 'MapLibre',
  'Map.Title': '城市地图',
  'Marker.Title': '标记',
  'NavigationControl.ResetBearing': '拖动旋转地图，点击指北',
  'NavigationControl.ZoomIn': '放大',
  'NavigationControl.ZoomOut': '缩小',
  'Popup.Close': '关闭',
  'ScaleControl.Feet': '英尺',
  'ScaleControl.Meters': '米',
  'ScaleControl.Kilometers': '公里',
  'ScaleControl.Miles': '英里',
  'ScaleControl.NauticalMiles': '海里',
  'GlobeControl.Enable': '球面',
  'GlobeControl.Disable': '平面',
  'TerrainControl.Enable': '开启地形',
  'TerrainControl.Disable': '关闭地形',
  'CooperativeGesturesHandler.WindowsHelpText': '按住 Ctrl 滚动以缩放地图',
  'CooperativeGesturesHandler.MacHelpText': '按住 ⌘ 滚动以缩放地图',
  'CooperativeGesturesHandler.MobileHelpText': '用两根手指移动地图',
}

/** The words of the map's own controls; English is built in. */
export function mapMessages(language: Language): Record<string, string> {
  return language === 'zh' ? chinese : { 'Map.Title': 'Map of the city' }
}
