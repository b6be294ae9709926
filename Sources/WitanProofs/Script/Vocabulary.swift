/// The words that have a meaning before a script begins. Whatever isn't listed as admitted is refused.
enum Vocabulary {
  /// The logics of SMT-LIB and its benchmarks, with `ALL`. `HORN` and the like are left out: they call other engines.
  static let logics: Set<String> = words(
    """
    ALL QF_UF QF_LIA QF_LRA QF_LIRA QF_IDL QF_RDL QF_NIA QF_NRA QF_NIRA QF_BV QF_ABV QF_AUFBV QF_UFBV QF_AX QF_ALIA
    QF_AUFLIA QF_UFLIA QF_UFLRA QF_UFIDL QF_UFNIA QF_UFNRA QF_AUFNIA QF_DT QF_UFDT QF_UFDTLIA QF_S QF_SLIA QF_FP
    QF_BVFP QF_ABVFP QF_FPLRA UF LIA LRA NIA NRA BV ABV UFBV AUFBV UFLIA UFLRA UFNIA UFNRA UFIDL UFDT UFDTLIA UFDTLIRA
    AUFLIA AUFLIRA AUFNIA AUFNIRA AUFDTLIA AUFDTLIRA ALIA FP
    """)

  /// The commands that are admitted somewhere.
  static let commands: Set<String> = words(
    """
    assert check-sat declare-const declare-datatype declare-datatypes declare-fun declare-sort define-fun
    define-fun-rec define-funs-rec define-sort exit set-info set-logic
    """)

  /// What a script may say of itself. The solver never hears it.
  static let information: Set<String> = words(
    """
    :author :authors :category :keywords :license :notes :source :smt-lib-version :status :title
    """)

  /// What may be said of a term.
  static let annotations: Set<String> = words(":named :pattern :no-pattern :weight :qid :skolemid")

  /// The words that SMT-LIB keeps for its syntax, and the heads of forms that solvers add to it.
  static let reserved: Set<String> = words(
    """
    ! _ as BINARY DECIMAL exists forall HEXADECIMAL let match NUMERAL par STRING lambda
    assert check-sat check-sat-assuming declare-const declare-datatype declare-datatypes declare-fun declare-sort
    define-const define-fun define-fun-rec define-funs-rec define-sort echo exit get-assertions get-assignment get-info
    get-model get-option get-proof get-unsat-assumptions get-unsat-core get-value pop push reset reset-assertions
    set-info set-logic set-option include simplify eval maximize minimize
    """)

  /// The forms of the syntax that terms may begin with.
  static let forms: Set<String> = ["!", "_", "as", "exists", "forall", "let", "match"]

  /// The names of all theories. A script that could define `and` anew would mean something else than it says: Z3 lets it.
  static let theories: Set<String> = words(
    """
    true false not and or xor => implies iff = distinct ite if Bool
    Int Real + - * / div mod rem abs ^ ^0 <= < >= > to_real to_int is_int divisible divisible-by euclidean
    sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh pi root-obj /0 div0 mod0 rem0
    Array select store const map default as-array array-ext union intersect difference complement subset setminus
    set-has-size card emptyset
    BitVec bit0 bit1 concat extract repeat zero_extend sign_extend rotate_left rotate_right ext_rotate_left
    ext_rotate_right bvnot bvand bvor bvneg bvadd bvmul bvudiv bvurem bvshl bvlshr bvult bvnand bvnor bvxor bvxnor
    bvcomp bvsub bvsdiv bvsrem bvsmod bvashr bvule bvugt bvuge bvslt bvsle bvsgt bvsge bvredor bvredand bv2int bv2nat
    int2bv nat2bv bit2bool bvsmul_noovfl bvumul_noovfl bvsmul_noudfl bvnego bvuaddo bvsaddo bvumulo bvsmulo bvusubo
    bvssubo bvsdivo bvudiv0 bvsdiv0 bvurem0 bvsrem0 bvsmod0 bvudiv_i bvsdiv_i bvurem_i bvsrem_i bvsmod_i carry xor3
    mkbv
    RoundingMode FloatingPoint Float16 Float32 Float64 Float128 fp RNE RNA RTP RTN RTZ roundNearestTiesToEven
    roundNearestTiesToAway roundTowardPositive roundTowardNegative roundTowardZero NaN +oo -oo +zero -zero fp.abs
    fp.neg fp.add fp.sub fp.mul fp.div fp.fma fp.sqrt fp.rem fp.roundToIntegral fp.min fp.max fp.leq fp.lt fp.geq
    fp.gt fp.eq fp.isNormal fp.isSubnormal fp.isZero fp.isInfinite fp.isNaN fp.isNegative fp.isPositive to_fp
    to_fp_unsigned fp.to_ubv fp.to_sbv fp.to_real fp.to_ieee_bv
    String RegLan Unicode Seq RegEx Char char seq.unit seq.empty seq.++ seq.len seq.at seq.nth seq.nth_i seq.nth_u
    seq.extract seq.indexof seq.last_indexof seq.contains seq.prefixof seq.suffixof seq.replace seq.replace_all
    seq.replace_re seq.replace_re_all seq.to.re seq.in.re seq.map seq.foldl str.++ str.len str.< str.<= str.at
    str.substr str.prefixof str.suffixof str.contains str.indexof str.replace str.replace_all str.replace_re
    str.replace_re_all str.is_digit str.to_code str.from_code str.to_int str.from_int str.to.int int.to.str str.to_re
    str.in_re str.to.re str.in.re str.from_ubv str.from_sbv re.none re.nostr re.empty re.all re.full re.allchar re.++
    re.union re.inter re.* re.comp re.diff re.+ re.opt re.range re.^ re.loop re.of.pred re.reverse re.derivative
    List is is-not at-most at-least pbeq pble pbge linear-order partial-order piecewise-linear-order tree-order
    transitive-closure update-field ite-form
    """)

  /// Whether a name has a meaning already, or belongs to solvers: these begin with `@` or `.`, contain `!` where Z3
  /// makes names of its own, or test what built a value.
  static func isTaken(_ name: String) -> Bool {
    if reserved.contains(name) || theories.contains(name) { return true }
    guard let first = name.utf8.first else { return true }
    if first == UInt8(ascii: "@") || first == UInt8(ascii: ".") { return true }
    return name.hasPrefix("is-") || isNumberedBitVector(name)
      || name.utf8.contains(UInt8(ascii: "!"))
  }

  /// `bv17`, as in `(_ bv17 8)`.
  private static func isNumberedBitVector(_ name: String) -> Bool {
    name.hasPrefix("bv") && name.utf8.count > 2 && name.utf8.dropFirst(2).allSatisfy(\.isDigit)
  }

  private static func words(_ text: StaticString) -> Set<String> {
    Set(text.description.split { $0 == " " || $0 == "\n" }.map(String.init))
  }
}
