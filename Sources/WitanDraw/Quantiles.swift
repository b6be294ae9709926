// The quantile functions that distributions are made of. Each is a table of cubics, computed once from a
// slow and exact formula and then read with seven operations. Only +, −, ×, ÷ and the square root are
// used, which IEEE 754 rounds in one way; the compiler fuses none of them.

/// A polynomial of the third degree on 0...1.
struct Cubic: Sendable {
  private let c0: Double
  private let c1: Double
  private let c2: Double
  private let c3: Double

  /// The one through a function's values at 0, ⅓, ⅔ and 1: neighbours meet, so what the function keeps in
  /// order a table of them does too.
  init(_ y0: Double, _ y1: Double, _ y2: Double, _ y3: Double) {
    c0 = y0
    c1 = (-11 * y0 + 18 * y1 - 9 * y2 + 2 * y3) / 2
    c2 = (18 * y0 - 45 * y1 + 36 * y2 - 9 * y3) / 2
    c3 = (-9 * y0 + 27 * y1 - 27 * y2 + 9 * y3) / 2
  }

  func callAsFunction(_ t: Double) -> Double { c0 + t * (c1 + t * (c2 + t * c3)) }

  /// Cubics that follow a function through this many equal pieces of `start`...`start + width`.
  static func pieces(
    _ count: Int, from start: Double, width: Double, of function: (Double) -> Double
  ) -> [Cubic] {
    let third = width / Double(3 * count)
    return (0..<count).map { piece in
      let values = (0...3).map { function(start + Double(3 * piece + $0) * third) }
      return Cubic(values[0], values[1], values[2], values[3])
    }
  }
}

/// A word as a binary fraction below 1: 2⁻ᵒᶜᵗᵃᵛᵉ⁻¹ × (1 + (piece + t) / 32).
struct Octave {
  /// Pieces an octave: the error of a cubic falls with their fourth power, and is below 2 × 10⁻⁸ with 32.
  static let pieces = 32

  let octave: Int
  let piece: Int
  let t: Double

  /// A word that isn't 0.
  init(_ word: UInt64) {
    octave = word.leadingZeroBitCount
    let significand = (word &<< UInt64(octave)) &<< 1
    piece = Int(truncatingIfNeeded: significand &>> 59)
    t = Double(Int64(truncatingIfNeeded: (significand &<< 5) &>> 6)) * 0x1p-58
  }
}

/// The exponential distribution of mean 1.
enum StandardExponential {
  /// −ln of an octave from 1 to 2.
  private static let table = Cubic.pieces(Octave.pieces, from: 1, width: 1) { -Logarithm.of($0) }

  /// What a sample is below with the probability `word` / 2⁶⁴.
  static func quantile(_ word: UInt64) -> Double {
    // −ln(1 − u). The last bit is set, so that the largest word has a sample too: 63 ln 2.
    let rest = Octave(~word | 1)
    return Double(rest.octave + 1) * Logarithm.ofTwo + table[rest.piece](rest.t)
  }
}

/// The normal distribution of mean 0 and standard deviation 1.
enum StandardNormal {
  /// The lower half, an octave of probabilities after another, from the median down to 2⁻⁶⁵.
  private static let table: [Cubic] = (0..<64).flatMap { octave in
    let start = Double(sign: .plus, exponent: -2 - octave, significand: 1)
    return Cubic.pieces(Octave.pieces, from: start, width: start, of: lowerQuantile)
  }

  /// What a sample is below with the probability (`word` + ½) / 2⁶⁴.
  static func quantile(_ word: UInt64) -> Double {
    // Which half is a coin toss that no processor predicts, so nothing branches on it.
    let upper = word &>> 63
    let tail = Octave((word ^ (0 &- upper)) &<< 1 | 1)
    let quantile = table[tail.octave &* Octave.pieces &+ tail.piece](tail.t)
    return Double(bitPattern: quantile.bitPattern ^ upper &<< 63)
  }

  /// The quantile of a probability of at most one half: algorithm AS 241 (Wichura, *The Percentage Points
  /// of the Normal Distribution*, 1988), right to about one part in 10¹⁶.
  static func lowerQuantile(_ probability: Double) -> Double {
    let q = probability - 0.5
    if q >= -0.425 {
      let r = 0.180625 - q * q
      return q * (Self.polynomial(centre.numerator, r) / Self.polynomial(centre.denominator, r))
    }
    let r = (-Logarithm.of(probability)).squareRoot()
    let (part, origin) = r <= 5 ? (middle, 1.6) : (far, 5)
    return -(polynomial(part.numerator, r - origin) / polynomial(part.denominator, r - origin))
  }

  private typealias Rational = (numerator: [Double], denominator: [Double])

  private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
    coefficients.reversed().reduce(0) { $0 * x + $1 }
  }

  private static let centre: Rational = (
    [
      3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3,
      1.3731693765509461125e+4, 4.5921953931549871457e+4, 6.7265770927008700853e+4,
      3.3430575583588128105e+4, 2.5090809287301226727e+3,
    ],
    [
      1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
      2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4,
      5.2264952788528545610e+3,
    ]
  )

  private static let middle: Rational = (
    [
      1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0,
      3.64784832476320460504e0, 1.27045825245236838258e0, 2.41780725177450611770e-1,
      2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ],
    [
      1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
      1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4,
      1.05075007164441684324e-9,
    ]
  )

  private static let far: Rational = (
    [
      6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0,
      2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
      2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ],
    [
      1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
      7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7,
      2.04426310338993978564e-15,
    ]
  )
}

/// The natural logarithm.
enum Logarithm {
  static let ofTwo = 0.693147180559945309417

  /// The logarithm of a positive number: that of its power of two, and ln m = 2 artanh((m − 1) / (m + 1)).
  static func of(_ number: Double) -> Double {
    let (exponent, significand) = (Double(number.exponent), number.significand)
    let s = (significand - 1) / (significand + 1)
    // s is at most ⅓, so the term of s³⁵ is below 2⁻⁵⁸.
    let series = stride(from: 33, through: 1, by: -2).reduce(0) { $0 * (s * s) + 1 / Double($1) }
    return exponent * ofTwo + 2 * s * series
  }
}

/// The exponential function.
enum Exponential {
  /// Powers of 2 around 0/32, 1/32, … 31/32, each half a 32nd to either side.
  private static let table = Cubic.pieces(32, from: -0x1p-6, width: 1) { exponent in
    // Taylor's series: x is at most ln 2, so its 20th term is below 2⁻⁷².
    let x = exponent * Logarithm.ofTwo
    return (1...20).reversed().reduce(1) { 1 + x / Double($1) * $0 }
  }

  /// e to this power, which is a number; beyond 2²⁵⁶ and its inverse it stays there.
  static func power(_ exponent: Double) -> Double {
    let parts = max(-8192, min(8192, exponent * (32 / Logarithm.ofTwo)))
    // So large a sum has no room for a fraction: it is rounded to a whole number, found in its last bits.
    let shift = 0x1.8p52
    let shifted = parts + shift
    let whole = Int64(bitPattern: shifted.bitPattern) &- Int64(bitPattern: shift.bitPattern)
    let t = parts - (shifted - shift) + 0.5
    let scale = Double(bitPattern: UInt64(bitPattern: whole &>> 5 &+ 1023) &<< 52)
    return scale * table[Int(truncatingIfNeeded: whole & 31)](t)
  }
}
