package layers

import (
	"time"

	"github.com/paulmach/orb"
)

// Expr is a node of a filter's syntax tree that is true, false or unknown of a
// row. The set of nodes is closed: And, Or, Not, Truth, Compare, Like, Between,
// In, IsNull, Spatial, Temporal, Arrays and Holds. Names and meanings are those of
// OGC CQL2 (21-065r2). A nil Expr admits every row. Trees are immutable.
type Expr interface{ isExpr() }

// Term is a node that has a value: Property, Literal, Shape, Interval, Array,
// Call, Arith or Predicate.
type Term interface{ isTerm() }

// And is true when every argument is; it has at least two.
type And struct{ Args []Expr }

// Or is true when one argument is; it has at least two.
type Or struct{ Args []Expr }

// Not inverts; unknown stays unknown.
type Not struct{ Arg Expr }

// Truth is the literal TRUE or FALSE.
type Truth bool

// Holds is a boolean term used as a predicate: a boolean property or function.
type Holds struct{ Term Term }

// CompareOp is a comparison operator.
type CompareOp uint8

// The comparison operators.
const (
	Eq CompareOp = iota + 1
	Ne
	Lt
	Le
	Gt
	Ge
)

var compareNames = [...]string{"", "=", "<>", "<", "<=", ">", ">="}

// String is the operator as written in CQL2 text.
func (o CompareOp) String() string { return nameOf(compareNames[:], int(o)) }

// Compare compares two terms of the same kind; unknown when one is null.
type Compare struct {
	Op          CompareOp
	Left, Right Term
}

// Like matches text against a pattern in which % stands for any run of
// characters, _ for one, and \ takes the next character literally.
type Like struct {
	Term    Term
	Pattern Term
}

// Between is Low <= Term <= High.
type Between struct{ Term, Low, High Term }

// In is true when Term equals one of List.
type In struct {
	Term Term
	List []Term
}

// IsNull is true when Term is null; it is never unknown.
type IsNull struct{ Term Term }

// SpatialOp is a spatial predicate of OGC Simple Features.
type SpatialOp uint8

// The spatial predicates.
const (
	SIntersects SpatialOp = iota + 1
	SEquals
	SDisjoint
	STouches
	SWithin
	SOverlaps
	SCrosses
	SContains
)

var spatialNames = [...]string{"", "S_INTERSECTS", "S_EQUALS", "S_DISJOINT", "S_TOUCHES", "S_WITHIN",
	"S_OVERLAPS", "S_CROSSES", "S_CONTAINS"}

// String is the function name in CQL2 text.
func (o SpatialOp) String() string { return nameOf(spatialNames[:], int(o)) }

// Spatial relates two geometries; unknown when one is null.
type Spatial struct {
	Op          SpatialOp
	Left, Right Term
}

// TemporalOp is a temporal predicate.
type TemporalOp uint8

// The temporal predicates of CQL2.
const (
	TAfter TemporalOp = iota + 1
	TBefore
	TContains
	TDisjoint
	TDuring
	TEquals
	TFinishedBy
	TFinishes
	TIntersects
	TMeets
	TMetBy
	TOverlappedBy
	TOverlaps
	TStartedBy
	TStarts
)

var temporalNames = [...]string{"", "T_AFTER", "T_BEFORE", "T_CONTAINS", "T_DISJOINT", "T_DURING", "T_EQUALS",
	"T_FINISHEDBY", "T_FINISHES", "T_INTERSECTS", "T_MEETS", "T_METBY", "T_OVERLAPPEDBY", "T_OVERLAPS",
	"T_STARTEDBY", "T_STARTS"}

// String is the function name in CQL2 text.
func (o TemporalOp) String() string { return nameOf(temporalNames[:], int(o)) }

// Temporal relates two instants or intervals; unknown when one is null.
type Temporal struct {
	Op          TemporalOp
	Left, Right Term
}

// ArrayOp is a predicate between two arrays, which are taken as sets.
type ArrayOp uint8

// The array predicates.
const (
	AEquals ArrayOp = iota + 1
	AContains
	AContainedBy
	AOverlaps
)

var arrayNames = [...]string{"", "A_EQUALS", "A_CONTAINS", "A_CONTAINEDBY", "A_OVERLAPS"}

// String is the function name in CQL2 text.
func (o ArrayOp) String() string { return nameOf(arrayNames[:], int(o)) }

// Arrays relates two arrays as sets; unknown when one is null. A term of one
// value stands for the array of that value.
type Arrays struct {
	Op          ArrayOp
	Left, Right Term
}

// Property is the value of a field, or the geometry when Name is GeometryName.
type Property struct{ Name string }

// GeometryName is the property that stands for a feature's geometry in filters.
const GeometryName = "geometry"

// Literal is a constant scalar. A date or timestamp literal is a DateTime value.
type Literal struct{ Value Value }

// Shape is a constant geometry in lon/lat degrees.
type Shape struct{ Geometry orb.Geometry }

// Interval is a constant period; a zero end is unbounded ('..'). Both ends are
// inclusive, as in CQL2.
type Interval struct{ From, To time.Time }

// Array is a list of values of any kinds, arrays among them.
type Array struct{ Items []Term }

// Call is a function: CASEI or ACCENTI, INTERVAL where an end is no constant, or
// one that package cql2 lists.
type Call struct {
	Name string // CASEI, ACCENTI, INTERVAL, or as the function is listed
	Args []Term
}

// Predicate is a predicate used as a value, for instance as an element of an
// array: a boolean, null when unknown. It never holds a Truth or a Holds, which
// are values without it.
type Predicate struct{ Expr Expr }

// ArithOp is an arithmetic operator.
type ArithOp byte

// The arithmetic operators, each its CQL2 character; IntDiv is DIV, Pow is ^.
const (
	Add    ArithOp = '+'
	Sub    ArithOp = '-'
	Mul    ArithOp = '*'
	Div    ArithOp = '/'
	Mod    ArithOp = '%'
	IntDiv ArithOp = 'd'
	Pow    ArithOp = '^'
)

// Arith computes with two numbers; unknown when one is null or the result is
// not finite.
type Arith struct {
	Op          ArithOp
	Left, Right Term
}

func (And) isExpr()      {}
func (Or) isExpr()       {}
func (Not) isExpr()      {}
func (Truth) isExpr()    {}
func (Holds) isExpr()    {}
func (Compare) isExpr()  {}
func (Like) isExpr()     {}
func (Between) isExpr()  {}
func (In) isExpr()       {}
func (IsNull) isExpr()   {}
func (Spatial) isExpr()  {}
func (Temporal) isExpr() {}
func (Arrays) isExpr()   {}

func (Property) isTerm()  {}
func (Literal) isTerm()   {}
func (Shape) isTerm()     {}
func (Interval) isTerm()  {}
func (Array) isTerm()     {}
func (Call) isTerm()      {}
func (Arith) isTerm()     {}
func (Predicate) isTerm() {}
