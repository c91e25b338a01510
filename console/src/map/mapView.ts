/** What the furniture round a map may ask of it. */
export interface MapView {
  zoom(by: number): void;
  fit(): void;
  inView(lon: number, lat: number): boolean;
}
