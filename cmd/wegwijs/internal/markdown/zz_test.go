package markdown
import ("testing";"os";"bytes";"fmt";"strings";"wegwijs/cmd/wegwijs/internal/diag")
func TestZZ(t *testing.T){
 b,_:=os.ReadFile("/tmp/zz.md")
 o:=Options{}
 switch os.Getenv("L"){
 case "nl": o=Options{Quotes:[4]string{"“", "”", "‘", "’"}}
 case "fr": o=Options{Quotes:[4]string{"«\u202f", "\u202f»", "‹\u202f", "\u202f›"},SpaceBefore:":;!?»"}
 case "de": o=Options{Quotes:[4]string{"„", "“", "‚", "‘"}}
 }
 e:=New(o)
 for _,src:=range strings.Split(string(b),"\n====\n"){
  out:=new(diag.List); var h,m bytes.Buffer
  in:=&Input{File:"a.md",Src:[]byte(src),Out:out,
   Kind: func(n string)(Kind,bool){ switch n {case "ui","setting": return Inline,true; case "settings": return Leaf,true; case "steps","tip": return Container,true}; return "",false},
   Known: func()[]string{return []string{"ui","setting","settings","steps","tip"}},
   Alert: func(k string)(string,error){return strings.ToUpper(k),nil},
   Directive: func(d *Directive)(string,string,error){ return fmt.Sprintf("<d %s %q %v>%s</d>\n",d.Name,d.Label,d.Attrs,d.Content), "D("+d.Label+")"+d.ContentMD,nil},
  }
  f:=e.Convert(in,&h,&m)
  fmt.Printf("-----\n%s\n--html\n%s--md\n%s--diag\n",src,h.String(),m.String())
  for _,d:=range out.Sorted(){fmt.Println(d.Pos,d.Code,d.Msg,"|",d.Hint)}
  _=f
 }
}
