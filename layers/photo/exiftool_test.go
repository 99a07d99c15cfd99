package photo

import (
	"encoding/json"
	"errors"
	"image"
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wutu/geo/geotest/outside"
)

// harmlessTags are what ExifTool reads from the pixels' own headers, by group and
// name; every tag of the groups with a star.
var harmlessTags = []string{"SourceFile", "ExifTool:*", "System:*", "Composite:ImageSize", "Composite:Megapixels", "File:FileType", "File:FileTypeExtension",
	"File:MIMEType", "File:ImageWidth", "File:ImageHeight", "File:EncodingProcess", "File:BitsPerSample", "File:ColorComponents", "File:YCbCrSubSampling",
	"File:ExifByteOrder", "IFD0:Orientation", "JFIF:JFIFVersion", "JFIF:ResolutionUnit", "JFIF:XResolution", "JFIF:YResolution",
	"PNG:ImageWidth", "PNG:ImageHeight", "PNG:BitDepth", "PNG:ColorType", "PNG:Compression", "PNG:Filter", "PNG:Interlace", "PNG:Palette", "PNG:Transparency", "PNG:Gamma",
	"RIFF:WebP_Flags", "RIFF:ImageWidth", "RIFF:ImageHeight", "RIFF:VP8Version", "RIFF:HorizontalScale", "RIFF:VerticalScale", "RIFF:AlphaIsUsed",
	"RIFF:AlphaPreprocessing", "RIFF:AlphaFiltering", "RIFF:AlphaCompression",
	"Adobe:DCTEncodeVersion", "Adobe:APP14Flags0", "Adobe:APP14Flags1", "Adobe:ColorTransform"}

func isHarmless(tag string) bool {
	group, _, _ := strings.Cut(tag, ":")
	return slices.Contains(harmlessTags, tag) || slices.Contains(harmlessTags, group+":*")
}

// ExifTool writes what it can into pictures; afterwards it finds nothing but what
// the pixels need, and what it wrote of place and time is what we have read.
func TestExifToolFindsNothingMore(t *testing.T) {
	tool := outside.Program(t, "exiftool", "libimage-exiftool-perl")
	dir := t.TempDir()
	r := seeded(t)
	var dirty []string
	for name, b := range sources(t, r) {
		path := filepath.Join(dir, strings.NewReplacer(".", "-").Replace(name)+"."+FormatOf(b).String())
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		dirty = append(dirty, path)
	}
	slices.Sort(dirty)
	write := exec.Command(tool, append([]string{"-q", "-q", "-overwrite_original", "-Orientation#=6", "-GPSLatitude=30.6912345", "-GPSLatitudeRef=N",
		"-GPSLongitude=111.2812345", "-GPSLongitudeRef=E", "-GPSImgDirection=271.5", "-GPSHPositioningError=7.5", "-DateTimeOriginal=2026:11:20 10:11:12",
		"-OffsetTimeOriginal=+07:00", "-Artist=" + secret, "-Make=HUAWEI", "-Model=P60", "-SerialNumber=" + secret, "-OwnerName=" + secret, "-UserComment=" + secret,
		"-XMP:Creator=" + secret, "-XMP:GPSLatitude=1", "-XMP-iptcExt:PersonInImage=" + secret, "-IPTC:By-line=" + secret, "-IPTC:City=宜昌", "-Comment=" + secret,
		"-Photoshop:CopyrightFlag=1", "-ICC_Profile:ProfileCopyright=x"}, dirty...)...)
	if out, err := write.CombinedOutput(); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) { // some tags do not fit some formats
			t.Fatalf("%v %s", err, out)
		}
	}
	var clean []string
	for _, path := range dirty {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), "SECRET") {
			t.Fatalf("%s: exiftool has written nothing", filepath.Base(path))
		}
		p, err := Clean(b, Limits{}, testZone, testNow)
		if err != nil {
			t.Fatalf("%s: %v", filepath.Base(path), err)
		}
		f := p.Facts
		if !f.Placed || math.Abs(f.Lat-30.6912345) > 1e-6 || math.Abs(f.Lon-111.2812345) > 1e-6 || math.Abs(f.AccuracyM-7.5) > .01 ||
			f.Bearing == nil || math.Abs(*f.Bearing-271.5) > .01 || !f.TakenAt.Equal(time.Date(2026, 11, 20, 3, 11, 12, 0, time.UTC)) {
			t.Errorf("%s: facts %+v", filepath.Base(path), f)
		}
		want := image.Image(decode(t, p.Format, b))
		if p.Format == PNG {
			want = display(want, 6)
		}
		if !samePixels(want, decode(t, p.Format, p.Data)) {
			t.Errorf("%s: pixels differ", filepath.Base(path))
		}
		path += ".clean." + p.Format.String()
		if err := os.WriteFile(path, p.Data, 0o600); err != nil {
			t.Fatal(err)
		}
		clean = append(clean, path)
	}
	out, err := exec.Command(tool, append([]string{"-j", "-G1", "-a", "-u", "-U"}, clean...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var found []map[string]any
	if err := json.Unmarshal(out, &found); err != nil || len(found) != len(clean) {
		t.Fatalf("%v, %d of %d files", err, len(found), len(clean))
	}
	for _, tags := range found {
		name := filepath.Base(tags["SourceFile"].(string))
		for _, tag := range slices.Sorted(maps.Keys(tags)) {
			if !isHarmless(tag) {
				t.Errorf("%s still has %s = %.60v", name, tag, tags[tag])
			}
			if strings.Contains(tag, "Warning") || strings.Contains(tag, "Error") {
				t.Errorf("%s: %s: %v", name, tag, tags[tag])
			}
		}
	}
}
