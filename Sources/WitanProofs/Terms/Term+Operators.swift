/// What terms are made of. An operator means what the sort of its left side makes of it; of bits, numbers are unsigned.
extension Term {
  private var isBits: Bool { if case .bits = sort { true } else { false } }

  private static func apply(
    _ name: String, bits: String, _ left: Term, _ right: Term, _ sort: Sort? = nil
  ) -> Term {
    Term(.apply(left.isBits ? bits : name, [left, right]), sort ?? left.sort)
  }

  private func like(_ value: Int) -> Term { .number(value, sort) }

  // MARK: Arithmetic

  /// The sum.
  public static func + (a: Term, b: Term) -> Term { apply("+", bits: "bvadd", a, b) }
  /// The difference.
  public static func - (a: Term, b: Term) -> Term { apply("-", bits: "bvsub", a, b) }
  /// The product.
  public static func * (a: Term, b: Term) -> Term { apply("*", bits: "bvmul", a, b) }
  /// The quotient, of whole numbers and bits rounded down.
  public static func / (a: Term, b: Term) -> Term {
    apply(a.sort == .real ? "/" : "div", bits: "bvudiv", a, b)
  }
  /// What a division leaves.
  public static func % (a: Term, b: Term) -> Term { apply("mod", bits: "bvurem", a, b) }
  /// The sum with a number.
  public static func + (a: Term, b: Int) -> Term { a + a.like(b) }
  /// The difference with a number.
  public static func - (a: Term, b: Int) -> Term { a - a.like(b) }
  /// The product with a number.
  public static func * (a: Term, b: Int) -> Term { a * a.like(b) }
  /// The quotient by a number.
  public static func / (a: Term, b: Int) -> Term { a / a.like(b) }
  /// What a division by a number leaves.
  public static func % (a: Term, b: Int) -> Term { a % a.like(b) }

  /// The sum of all; zero of none.
  public static func sum(_ terms: [Term], of sort: Sort = .int) -> Term {
    guard let first = terms.first else { return .number(0, sort) }
    return terms.count == 1 ? first : Term(.apply(first.isBits ? "bvadd" : "+", terms), first.sort)
  }

  // MARK: Comparison

  /// That both are the same.
  public static func .== (a: Term, b: Term) -> Term { Term(.apply("=", [a, b]), .bool) }
  /// That the two differ.
  public static func .!= (a: Term, b: Term) -> Term { Term(.apply("distinct", [a, b]), .bool) }
  /// That the first is less.
  public static func < (a: Term, b: Term) -> Term { apply("<", bits: "bvult", a, b, .bool) }
  /// That the first is not greater.
  public static func <= (a: Term, b: Term) -> Term { apply("<=", bits: "bvule", a, b, .bool) }
  /// That the first is greater.
  public static func > (a: Term, b: Term) -> Term { apply(">", bits: "bvugt", a, b, .bool) }
  /// That the first is not less.
  public static func >= (a: Term, b: Term) -> Term { apply(">=", bits: "bvuge", a, b, .bool) }
  /// That it is this number.
  public static func .== (a: Term, b: Int) -> Term { a .== a.like(b) }
  /// That it isn't this number.
  public static func .!= (a: Term, b: Int) -> Term { a .!= a.like(b) }
  /// That it is less than a number.
  public static func < (a: Term, b: Int) -> Term { a < a.like(b) }
  /// That it is at most a number.
  public static func <= (a: Term, b: Int) -> Term { a <= a.like(b) }
  /// That it is greater than a number.
  public static func > (a: Term, b: Int) -> Term { a > a.like(b) }
  /// That it is at least a number.
  public static func >= (a: Term, b: Int) -> Term { a >= a.like(b) }

  // MARK: Logic

  /// That it doesn't hold.
  public static prefix func ! (a: Term) -> Term { Term(.apply("not", [a]), .bool) }
  /// That both hold.
  public static func && (a: Term, b: Term) -> Term { all([a, b]) }
  /// That one holds at least.
  public static func || (a: Term, b: Term) -> Term { any([a, b]) }

  /// That all hold.
  public static func all(_ terms: [Term]) -> Term {
    guard let first = terms.first else { return .true }
    return terms.count == 1 ? first : Term(.apply("and", terms), .bool)
  }

  /// That one holds at least.
  public static func any(_ terms: [Term]) -> Term {
    guard let first = terms.first else { return .false }
    return terms.count == 1 ? first : Term(.apply("or", terms), .bool)
  }

  /// That the other holds wherever this does.
  public func implies(_ other: Term) -> Term { Term(.apply("=>", [self, other]), .bool) }

  /// One term where this holds, and the other where it doesn't.
  public func then(_ yes: Term, else no: Term) -> Term {
    Term(.apply("ite", [self, yes, no]), yes.sort)
  }

  // MARK: Arrays

  /// What a table has at a place.
  public subscript(index: Term) -> Term {
    guard case .array(_, let element) = sort else {
      return Term(.apply("select", [self, index]), sort)
    }
    return Term(.apply("select", [self, index]), element)
  }

  /// The table with another value at a place.
  public func setting(_ index: Term, to value: Term) -> Term {
    Term(.apply("store", [self, index, value]), sort)
  }
}
