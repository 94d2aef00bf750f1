// @ts-check

/**
 * The shapes that the stages hand to each other. This file has no code.
 *
 * @typedef {object} Raster An upright 8-bit RGB picture, rows from the top, three bytes a pixel.
 * @property {Uint8Array} data
 * @property {number} width
 * @property {number} height
 *
 * @typedef {object} Picture
 * @property {Raster} raster What the stages work on: enlarged if the file is small, reduced if it is huge.
 * @property {number} width Of the file, in pixels, after its EXIF orientation.
 * @property {number} height
 * @property {number} scale Raster pixels per pixel of the file.
 *
 * @typedef {[x: number, y: number]} Point In pixels; (0, 0) is the outer corner of the top left pixel, y points down.
 *
 * @typedef {[Point, Point, Point, Point]} Quad A rectangle at any angle, clockwise from the corner where reading starts.
 *
 * @typedef {object} Strip The band that one line of text fills, which may bend: the same number of points, two or more and
 *   evenly spaced, along its upper and its lower edge, in reading direction.
 * @property {Point[]} top
 * @property {Point[]} bottom
 *
 * @typedef {object} Box Where a line is.
 * @property {Quad} quad
 * @property {Strip} strip
 *
 * @typedef {object} Reading What a recogniser made of a line.
 * @property {string} text
 * @property {number} confidence Mean probability of the characters, 0 to 1; 0 without any.
 *
 * @typedef {object} Line
 * @property {string} text
 * @property {number} confidence Mean probability of the characters, 0 to 1.
 * @property {Quad} quad The rectangle around it.
 * @property {Strip} strip Its outline, which follows a bent line.
 *
 * @typedef {object} Floats A float tensor.
 * @property {Float32Array<ArrayBuffer>} data
 * @property {readonly number[]} dims
 *
 * @typedef {{ run: (input: Floats, options?: Partial<import('node-tensorrt').StageContext>) => Promise<Floats> }} FloatEngine
 *   A `Network`, or what stands in for one.
 *
 * @typedef {typeof import('node-tensorrt').Engine} EngineClass
 * @typedef {typeof import('node-tensorrt').Tensor} TensorClass
 * @typedef {import('node-tensorrt').Engine} EngineInstance
 *
 * @typedef {object} Runtime
 * @property {EngineClass} Engine
 * @property {TensorClass} Tensor
 */

export {};
